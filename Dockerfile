# Two stages: build with the toolchain, run with nothing but the program.
FROM rust:1.95-slim-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends build-essential \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /araldo
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/araldo/target \
    cargo build --release --locked && cp target/release/araldo /usr/local/bin/araldo
RUN mkdir -p /var/lib/araldo

FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /usr/local/bin/araldo /usr/local/bin/araldo
COPY --from=build --chown=nonroot:nonroot /var/lib/araldo /var/lib/araldo
WORKDIR /var/lib/araldo
USER nonroot
# The embedded store and whatever the settings name by a relative path.
VOLUME /var/lib/araldo
# Inside a container the loopback address reaches nobody.
ENV ARALDO__HTTP__LISTEN=0.0.0.0:8080
ENV ARALDO__HTTP__PUBLIC_URL=http://127.0.0.1:8080
EXPOSE 8080
ENTRYPOINT ["/usr/local/bin/araldo"]
CMD ["serve"]
