-- The schema as the version before left it, dumped by pg_dump.
CREATE TABLE _sqlx_migrations (
    version bigint NOT NULL,
    description text NOT NULL,
    installed_on timestamp with time zone DEFAULT now() NOT NULL,
    success boolean NOT NULL,
    checksum bytea NOT NULL,
    execution_time bigint NOT NULL
);
CREATE TABLE api_key (
    id bigint NOT NULL,
    name text NOT NULL,
    prefix text NOT NULL,
    secret_hash text NOT NULL,
    scopes text NOT NULL,
    created_at bigint NOT NULL,
    last_used_at bigint,
    revoked_at bigint,
    sources text,
    types text
);
CREATE TABLE attempt (
    message_id bigint NOT NULL,
    lease_no bigint NOT NULL,
    provider text NOT NULL,
    reference text NOT NULL,
    node_id bigint NOT NULL,
    opened_at bigint NOT NULL,
    closed_at bigint,
    outcome text,
    stage text,
    code text,
    detail text,
    provider_ref text,
    CONSTRAINT attempt_outcome_check CHECK ((outcome = ANY (ARRAY['accepted'::text, 'not_sent'::text, 'rejected'::text, 'misconfigured'::text, 'unknown'::text])))
);
CREATE TABLE audit (
    id bigint NOT NULL,
    at bigint NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    subject text NOT NULL,
    detail text
);
CREATE TABLE breach (
    id bigint NOT NULL,
    invariant text NOT NULL,
    broken bigint NOT NULL,
    example bigint,
    found_at bigint NOT NULL,
    seen_at bigint NOT NULL,
    cleared_at bigint
);
CREATE TABLE case_change (
    event_id bigint NOT NULL,
    case_id bigint NOT NULL,
    type text NOT NULL,
    state text NOT NULL,
    owner text,
    note text,
    expected_by text,
    occurred_at bigint NOT NULL
);
CREATE TABLE case_file (
    id bigint NOT NULL,
    ref text NOT NULL,
    client_ref text NOT NULL,
    kind text NOT NULL,
    state text NOT NULL,
    owner text,
    note text,
    expected_by text,
    opened_at bigint NOT NULL,
    changed_at bigint NOT NULL,
    closed_at bigint
);
CREATE TABLE claim (
    id bigint NOT NULL,
    node_id bigint NOT NULL,
    messages text NOT NULL,
    claimed_at bigint NOT NULL
);
CREATE TABLE client (
    id bigint NOT NULL,
    ref text NOT NULL,
    name text NOT NULL,
    name_folded text NOT NULL,
    locale text NOT NULL,
    time_zone text NOT NULL,
    preferred text,
    partner text,
    quiet_from bigint,
    quiet_to bigint,
    tracking_consent text NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    CONSTRAINT client_preferred_check CHECK ((preferred = ANY (ARRAY['sms'::text, 'email'::text]))),
    CONSTRAINT client_quiet_from_check CHECK (((quiet_from >= 0) AND (quiet_from <= 1439))),
    CONSTRAINT client_quiet_to_check CHECK (((quiet_to >= 0) AND (quiet_to <= 1439))),
    CONSTRAINT client_tracking_consent_check CHECK ((tracking_consent = ANY (ARRAY['granted'::text, 'denied'::text, 'withdrawn'::text, 'unknown'::text])))
);
CREATE TABLE console_user (
    id bigint NOT NULL,
    email text NOT NULL,
    role text NOT NULL,
    password_hash text NOT NULL,
    created_at bigint NOT NULL,
    disabled_at bigint,
    CONSTRAINT console_user_role_check CHECK ((role = ANY (ARRAY['viewer'::text, 'operator'::text, 'manager'::text, 'admin'::text])))
);
CREATE TABLE contact_point (
    id bigint NOT NULL,
    client_id bigint NOT NULL,
    channel text NOT NULL,
    address text NOT NULL,
    "position" bigint NOT NULL,
    verified boolean NOT NULL,
    CONSTRAINT contact_point_channel_check CHECK ((channel = ANY (ARRAY['sms'::text, 'email'::text])))
);
CREATE TABLE engagement (
    id bigint NOT NULL,
    message_id bigint NOT NULL,
    kind text NOT NULL,
    verdict text NOT NULL,
    grounds text NOT NULL,
    link_id bigint,
    detail text,
    at bigint NOT NULL,
    answered_at bigint,
    answered_by text,
    CONSTRAINT engagement_kind_check CHECK ((kind = ANY (ARRAY['opened'::text, 'clicked'::text, 'viewed'::text, 'replied'::text, 'confirmed'::text, 'unsubscribed'::text]))),
    CONSTRAINT engagement_verdict_check CHECK ((verdict = ANY (ARRAY['human'::text, 'machine'::text, 'undetermined'::text])))
);
CREATE TABLE erased_client (
    client_id bigint NOT NULL,
    ref_key text NOT NULL,
    erased_at bigint NOT NULL
);
CREATE TABLE event (
    id bigint NOT NULL,
    source text NOT NULL,
    event_id text NOT NULL,
    type text NOT NULL,
    subject text,
    occurred_at bigint NOT NULL,
    received_at bigint NOT NULL,
    data text NOT NULL,
    body_hash text NOT NULL,
    state text NOT NULL,
    detail text,
    claimed_at bigint,
    CONSTRAINT event_state_check CHECK ((state = ANY (ARRAY['received'::text, 'planned'::text, 'unmatched'::text, 'refused'::text])))
);
CREATE TABLE incident (
    id bigint NOT NULL,
    ref text NOT NULL,
    kind text NOT NULL,
    state text NOT NULL,
    service text,
    severity text,
    area text NOT NULL,
    cause text,
    note text,
    began_at bigint,
    expected_end bigint,
    opened_at bigint NOT NULL,
    changed_at bigint NOT NULL,
    closed_at bigint,
    CONSTRAINT incident_state_check CHECK ((state = ANY (ARRAY['going_on'::text, 'resolved'::text, 'cancelled'::text])))
);
CREATE TABLE incident_change (
    event_id bigint NOT NULL,
    incident_id bigint NOT NULL,
    type text NOT NULL,
    data text NOT NULL,
    occurred_at bigint NOT NULL
);
CREATE TABLE keyring (
    name text NOT NULL,
    value text NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE link (
    id bigint NOT NULL,
    url text NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE message (
    id bigint NOT NULL,
    plan_id bigint NOT NULL,
    client_id bigint NOT NULL,
    notification_id bigint NOT NULL,
    channel text NOT NULL,
    address text NOT NULL,
    locale text NOT NULL,
    lane text NOT NULL,
    tracking text NOT NULL,
    variables text NOT NULL,
    state text NOT NULL,
    reason text,
    due_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    wake_at bigint,
    lease_no bigint NOT NULL,
    lease_node bigint,
    tries bigint NOT NULL,
    opens bigint NOT NULL,
    asked bigint NOT NULL,
    risky boolean NOT NULL,
    provider text,
    provider_ref text,
    receipt_rank bigint NOT NULL,
    late_bounce boolean NOT NULL,
    engaged bigint NOT NULL,
    created_at bigint NOT NULL,
    opened_at bigint,
    accepted_at bigint,
    final_at bigint,
    reports boolean,
    CONSTRAINT message_channel_check CHECK ((channel = ANY (ARRAY['sms'::text, 'email'::text]))),
    CONSTRAINT message_lane_check CHECK ((lane = ANY (ARRAY['urgent'::text, 'normal'::text, 'bulk'::text]))),
    CONSTRAINT message_state_check CHECK ((state = ANY (ARRAY['held'::text, 'queued'::text, 'leased'::text, 'sending'::text, 'unknown'::text, 'accepted'::text, 'delivered'::text, 'undelivered'::text, 'unconfirmed'::text, 'rejected'::text, 'failed'::text, 'expired'::text, 'superseded'::text, 'cancelled'::text, 'suppressed'::text, 'unresolved'::text]))),
    CONSTRAINT message_tracking_check CHECK ((tracking = ANY (ARRAY['none'::text, 'aggregate'::text, 'individual'::text])))
);
CREATE TABLE node (
    id bigint NOT NULL,
    slot bigint NOT NULL,
    name text NOT NULL,
    roles text NOT NULL,
    version text NOT NULL,
    started_at bigint NOT NULL,
    heartbeat_at bigint NOT NULL,
    stopped_at bigint,
    CONSTRAINT node_slot_check CHECK (((slot >= 0) AND (slot <= 255)))
);
CREATE TABLE place (
    id bigint NOT NULL,
    client_id bigint NOT NULL,
    code text NOT NULL,
    kind text NOT NULL,
    municipality text,
    postal_code text,
    lat double precision,
    lon double precision
);
CREATE TABLE place_tag (
    place_id bigint NOT NULL,
    client_id bigint NOT NULL,
    tag text NOT NULL
);
CREATE TABLE plan (
    id bigint NOT NULL,
    event_id bigint NOT NULL,
    rule text NOT NULL,
    template text NOT NULL,
    template_version_id bigint,
    version bigint NOT NULL,
    topic text NOT NULL,
    class text NOT NULL,
    lane text NOT NULL,
    subject text NOT NULL,
    occurred_at bigint NOT NULL,
    superseded_by bigint,
    cancelled_at bigint,
    paused_at bigint,
    settings text NOT NULL,
    variables text NOT NULL,
    state text NOT NULL,
    cursor bigint NOT NULL,
    planned bigint NOT NULL,
    suppressed bigint NOT NULL,
    due_at bigint NOT NULL,
    created_at bigint NOT NULL,
    finished_at bigint,
    day bigint,
    clicks boolean,
    CONSTRAINT plan_class_check CHECK ((class = ANY (ARRAY['safety'::text, 'service'::text, 'marketing'::text]))),
    CONSTRAINT plan_lane_check CHECK ((lane = ANY (ARRAY['urgent'::text, 'normal'::text, 'bulk'::text]))),
    CONSTRAINT plan_state_check CHECK ((state = ANY (ARRAY['planning'::text, 'planned'::text])))
);
CREATE TABLE provider_state (
    name text NOT NULL,
    paused_until bigint,
    reason text,
    tat bigint NOT NULL
);
CREATE TABLE receipt (
    id bigint NOT NULL,
    provider text NOT NULL,
    key text NOT NULL,
    message_id bigint,
    kind text NOT NULL,
    code text,
    detail text,
    provider_at bigint,
    received_at bigint NOT NULL,
    CONSTRAINT receipt_kind_check CHECK ((kind = ANY (ARRAY['accepted'::text, 'buffered'::text, 'delivered'::text, 'undelivered'::text, 'expired'::text, 'rejected'::text, 'undetermined'::text])))
);
CREATE TABLE rollup (
    day bigint NOT NULL,
    template text NOT NULL,
    version bigint NOT NULL,
    channel text NOT NULL,
    planned bigint NOT NULL,
    suppressed bigint NOT NULL,
    accepted bigint NOT NULL,
    delivered bigint NOT NULL,
    undelivered bigint NOT NULL,
    unconfirmed bigint NOT NULL,
    unknown bigint NOT NULL,
    opened bigint NOT NULL,
    opened_machine bigint NOT NULL,
    clicked bigint NOT NULL,
    clicked_machine bigint NOT NULL,
    replied bigint NOT NULL,
    measurable bigint NOT NULL,
    anonymous_opens bigint NOT NULL,
    reporting bigint DEFAULT 0 NOT NULL,
    reached bigint DEFAULT 0 NOT NULL,
    clicks_measurable bigint DEFAULT 0 NOT NULL,
    read_measurable bigint DEFAULT 0 NOT NULL,
    read bigint DEFAULT 0 NOT NULL,
    confirmed bigint DEFAULT 0 NOT NULL
);
CREATE TABLE session (
    token_hash text NOT NULL,
    user_id bigint NOT NULL,
    csrf text NOT NULL,
    created_at bigint NOT NULL,
    seen_at bigint NOT NULL,
    expires_at bigint NOT NULL
);
CREATE TABLE suppression (
    channel text NOT NULL,
    address text NOT NULL,
    reason text NOT NULL,
    message_id bigint,
    created_at bigint NOT NULL,
    CONSTRAINT suppression_channel_check CHECK ((channel = ANY (ARRAY['sms'::text, 'email'::text]))),
    CONSTRAINT suppression_reason_check CHECK ((reason = ANY (ARRAY['stop'::text, 'unsubscribed'::text, 'hard_bounce'::text, 'complaint'::text, 'manual'::text])))
);
CREATE TABLE suppression_key (
    channel text NOT NULL,
    address_key text NOT NULL,
    reason text NOT NULL,
    created_at bigint NOT NULL,
    CONSTRAINT suppression_key_channel_check CHECK ((channel = ANY (ARRAY['sms'::text, 'email'::text]))),
    CONSTRAINT suppression_key_reason_check CHECK ((reason = ANY (ARRAY['stop'::text, 'unsubscribed'::text, 'hard_bounce'::text, 'complaint'::text, 'manual'::text])))
);
CREATE TABLE switch (
    name text NOT NULL,
    thrown boolean NOT NULL,
    actor text NOT NULL,
    at bigint NOT NULL
);
CREATE TABLE task_run (
    task text NOT NULL,
    slot text NOT NULL,
    node_id bigint NOT NULL,
    takes bigint NOT NULL,
    started_at bigint NOT NULL,
    finished_at bigint,
    outcome text,
    CONSTRAINT task_run_task_check CHECK ((task = ANY (ARRAY['nightly'::text, 'hourly'::text])))
);
CREATE TABLE template (
    id bigint NOT NULL,
    name text NOT NULL,
    description text NOT NULL,
    topic text NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE template_version (
    id bigint NOT NULL,
    template_id bigint NOT NULL,
    version bigint NOT NULL,
    state text NOT NULL,
    variables text NOT NULL,
    parts text NOT NULL,
    author text NOT NULL,
    created_at bigint NOT NULL,
    published_at bigint,
    CONSTRAINT template_version_state_check CHECK ((state = ANY (ARRAY['draft'::text, 'published'::text, 'retired'::text])))
);
CREATE TABLE topic_choice (
    client_id bigint NOT NULL,
    topic text NOT NULL,
    wanted boolean NOT NULL
);
CREATE TABLE upkeep_mark (
    name text NOT NULL,
    upto bigint NOT NULL
);
INSERT INTO _sqlx_migrations VALUES (1, 'clients', '2026-11-25 00:35:32.266792+00', true, '\x84a5ed6b2b0bc4f9a046174de7c72e9053444937079df64f07efe10e22a9cd03a9d930bbb569ea84e6078bdee5ae8e55', 26834596);
INSERT INTO _sqlx_migrations VALUES (2, 'events', '2026-11-25 00:35:32.294028+00', true, '\xc5fb6f85ad15ab48c1a6caca9c6cbac4e512f2aab680f325eddeeae81c15d6d97d15cc256e21a6c843baaa88147cf6d2', 19257934);
INSERT INTO _sqlx_migrations VALUES (3, 'templates', '2026-11-25 00:35:32.317197+00', true, '\x05297ef9ced4d8aaaf7a46f536957eaf1fc7c8fe2c1cce222cca039201e2588421f0b9085a2d4df334ea335ff356b4bf', 5517021);
INSERT INTO _sqlx_migrations VALUES (4, 'messages', '2026-11-25 00:35:32.322838+00', true, '\x81de1849b3ba4493bb9abb4b8f8c909abf68211b52f6a7a054385bcfd9bea4de46a9816c015f737b6b29dc9465614469', 28519577);
INSERT INTO _sqlx_migrations VALUES (5, 'operation', '2026-11-25 00:35:32.351611+00', true, '\x1ae7c3e60990c39d8d21ab25f9a610ab985432c09dbc33c88bf3c00341d04d837d67eef793d2784928351dbac5967679', 25826972);
INSERT INTO _sqlx_migrations VALUES (6, 'upkeep', '2026-11-25 00:35:32.377656+00', true, '\x6ef818a1d9acb036b49919d8b9cb6285053968fcc7313b4a8bdf51ca61376a138093bd26010360c0a9395486607d26f0', 9031594);
INSERT INTO _sqlx_migrations VALUES (7, 'limits and rights', '2026-11-25 00:35:32.386833+00', true, '\x2ba56d702ec3418fdf9aeb51a44eb180e0f34003e66e79611eac422f80035eb05568de389c3365c18bf0e3a594d76c3e', 16025942);
ALTER TABLE ONLY _sqlx_migrations
    ADD CONSTRAINT _sqlx_migrations_pkey PRIMARY KEY (version);
ALTER TABLE ONLY api_key
    ADD CONSTRAINT api_key_pkey PRIMARY KEY (id);
ALTER TABLE ONLY api_key
    ADD CONSTRAINT api_key_prefix_key UNIQUE (prefix);
ALTER TABLE ONLY attempt
    ADD CONSTRAINT attempt_pkey PRIMARY KEY (message_id, lease_no);
ALTER TABLE ONLY audit
    ADD CONSTRAINT audit_pkey PRIMARY KEY (id);
ALTER TABLE ONLY breach
    ADD CONSTRAINT breach_pkey PRIMARY KEY (id);
ALTER TABLE ONLY case_change
    ADD CONSTRAINT case_change_pkey PRIMARY KEY (event_id);
ALTER TABLE ONLY case_file
    ADD CONSTRAINT case_file_pkey PRIMARY KEY (id);
ALTER TABLE ONLY case_file
    ADD CONSTRAINT case_file_ref_key UNIQUE (ref);
ALTER TABLE ONLY claim
    ADD CONSTRAINT claim_pkey PRIMARY KEY (id);
ALTER TABLE ONLY client
    ADD CONSTRAINT client_pkey PRIMARY KEY (id);
ALTER TABLE ONLY client
    ADD CONSTRAINT client_ref_key UNIQUE (ref);
ALTER TABLE ONLY console_user
    ADD CONSTRAINT console_user_email_key UNIQUE (email);
ALTER TABLE ONLY console_user
    ADD CONSTRAINT console_user_pkey PRIMARY KEY (id);
ALTER TABLE ONLY contact_point
    ADD CONSTRAINT contact_point_once UNIQUE (client_id, channel, address);
ALTER TABLE ONLY contact_point
    ADD CONSTRAINT contact_point_pkey PRIMARY KEY (id);
ALTER TABLE ONLY engagement
    ADD CONSTRAINT engagement_pkey PRIMARY KEY (id);
ALTER TABLE ONLY erased_client
    ADD CONSTRAINT erased_client_pkey PRIMARY KEY (client_id);
ALTER TABLE ONLY event
    ADD CONSTRAINT event_once UNIQUE (source, event_id);
ALTER TABLE ONLY event
    ADD CONSTRAINT event_pkey PRIMARY KEY (id);
ALTER TABLE ONLY incident_change
    ADD CONSTRAINT incident_change_pkey PRIMARY KEY (event_id);
ALTER TABLE ONLY incident
    ADD CONSTRAINT incident_pkey PRIMARY KEY (id);
ALTER TABLE ONLY incident
    ADD CONSTRAINT incident_ref_key UNIQUE (ref);
ALTER TABLE ONLY keyring
    ADD CONSTRAINT keyring_pkey PRIMARY KEY (name);
ALTER TABLE ONLY link
    ADD CONSTRAINT link_pkey PRIMARY KEY (id);
ALTER TABLE ONLY link
    ADD CONSTRAINT link_url_key UNIQUE (url);
ALTER TABLE ONLY message
    ADD CONSTRAINT message_once UNIQUE (plan_id, client_id, channel);
ALTER TABLE ONLY message
    ADD CONSTRAINT message_pkey PRIMARY KEY (id);
ALTER TABLE ONLY node
    ADD CONSTRAINT node_pkey PRIMARY KEY (id);
ALTER TABLE ONLY place
    ADD CONSTRAINT place_once UNIQUE (client_id, code);
ALTER TABLE ONLY place
    ADD CONSTRAINT place_pkey PRIMARY KEY (id);
ALTER TABLE ONLY place_tag
    ADD CONSTRAINT place_tag_pkey PRIMARY KEY (place_id, tag);
ALTER TABLE ONLY plan
    ADD CONSTRAINT plan_once UNIQUE (event_id, rule);
ALTER TABLE ONLY plan
    ADD CONSTRAINT plan_pkey PRIMARY KEY (id);
ALTER TABLE ONLY provider_state
    ADD CONSTRAINT provider_state_pkey PRIMARY KEY (name);
ALTER TABLE ONLY receipt
    ADD CONSTRAINT receipt_once UNIQUE (provider, key);
ALTER TABLE ONLY receipt
    ADD CONSTRAINT receipt_pkey PRIMARY KEY (id);
ALTER TABLE ONLY rollup
    ADD CONSTRAINT rollup_pkey PRIMARY KEY (day, template, version, channel);
ALTER TABLE ONLY session
    ADD CONSTRAINT session_pkey PRIMARY KEY (token_hash);
ALTER TABLE ONLY suppression_key
    ADD CONSTRAINT suppression_key_pkey PRIMARY KEY (channel, address_key);
ALTER TABLE ONLY suppression
    ADD CONSTRAINT suppression_pkey PRIMARY KEY (channel, address);
ALTER TABLE ONLY switch
    ADD CONSTRAINT switch_pkey PRIMARY KEY (name);
ALTER TABLE ONLY task_run
    ADD CONSTRAINT task_run_pkey PRIMARY KEY (task, slot);
ALTER TABLE ONLY template
    ADD CONSTRAINT template_name_key UNIQUE (name);
ALTER TABLE ONLY template
    ADD CONSTRAINT template_pkey PRIMARY KEY (id);
ALTER TABLE ONLY template_version
    ADD CONSTRAINT template_version_once UNIQUE (template_id, version);
ALTER TABLE ONLY template_version
    ADD CONSTRAINT template_version_pkey PRIMARY KEY (id);
ALTER TABLE ONLY topic_choice
    ADD CONSTRAINT topic_choice_pkey PRIMARY KEY (client_id, topic);
ALTER TABLE ONLY upkeep_mark
    ADD CONSTRAINT upkeep_mark_pkey PRIMARY KEY (name);
CREATE UNIQUE INDEX breach_open ON breach USING btree (invariant) WHERE (cleared_at IS NULL);
CREATE INDEX case_change_case ON case_change USING btree (case_id, occurred_at);
CREATE INDEX case_file_client ON case_file USING btree (client_ref);
CREATE INDEX case_file_closed ON case_file USING btree (closed_at) WHERE (closed_at IS NOT NULL);
CREATE INDEX claim_node ON claim USING btree (node_id);
CREATE INDEX contact_point_address ON contact_point USING btree (address);
CREATE INDEX engagement_message ON engagement USING btree (message_id);
CREATE INDEX engagement_unanswered ON engagement USING btree (id) WHERE ((kind = 'replied'::text) AND (answered_at IS NULL));
CREATE INDEX erased_client_ref ON erased_client USING btree (ref_key);
CREATE INDEX event_received ON event USING btree (id) WHERE (state = 'received'::text);
CREATE INDEX incident_change_incident ON incident_change USING btree (incident_id, occurred_at);
CREATE INDEX incident_going_on ON incident USING btree (id) WHERE (state = 'going_on'::text);
CREATE INDEX message_client ON message USING btree (client_id, id);
CREATE INDEX message_due ON message USING btree (lane, due_at, id) WHERE (state = 'queued'::text);
CREATE INDEX message_wake ON message USING btree (wake_at) WHERE (wake_at IS NOT NULL);
CREATE UNIQUE INDEX node_slot_key ON node USING btree (slot) WHERE (stopped_at IS NULL);
CREATE INDEX place_code ON place USING btree (code);
CREATE INDEX place_municipality ON place USING btree (municipality, client_id);
CREATE INDEX place_position ON place USING btree (lat, lon);
CREATE INDEX place_postal_code ON place USING btree (postal_code, client_id);
CREATE INDEX place_tag_tag ON place_tag USING btree (tag, client_id);
CREATE INDEX plan_planning ON plan USING btree (id) WHERE (state = 'planning'::text);
CREATE INDEX plan_subject ON plan USING btree (subject, occurred_at);
CREATE INDEX receipt_message ON receipt USING btree (message_id);
ALTER TABLE ONLY attempt
    ADD CONSTRAINT attempt_message_id_fkey FOREIGN KEY (message_id) REFERENCES message(id);
ALTER TABLE ONLY case_change
    ADD CONSTRAINT case_change_case_id_fkey FOREIGN KEY (case_id) REFERENCES case_file(id);
ALTER TABLE ONLY case_change
    ADD CONSTRAINT case_change_event_id_fkey FOREIGN KEY (event_id) REFERENCES event(id);
ALTER TABLE ONLY contact_point
    ADD CONSTRAINT contact_point_client_id_fkey FOREIGN KEY (client_id) REFERENCES client(id) ON DELETE CASCADE;
ALTER TABLE ONLY incident_change
    ADD CONSTRAINT incident_change_event_id_fkey FOREIGN KEY (event_id) REFERENCES event(id);
ALTER TABLE ONLY incident_change
    ADD CONSTRAINT incident_change_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES incident(id);
ALTER TABLE ONLY message
    ADD CONSTRAINT message_plan_id_fkey FOREIGN KEY (plan_id) REFERENCES plan(id);
ALTER TABLE ONLY place
    ADD CONSTRAINT place_client_id_fkey FOREIGN KEY (client_id) REFERENCES client(id) ON DELETE CASCADE;
ALTER TABLE ONLY place_tag
    ADD CONSTRAINT place_tag_place_id_fkey FOREIGN KEY (place_id) REFERENCES place(id) ON DELETE CASCADE;
ALTER TABLE ONLY plan
    ADD CONSTRAINT plan_event_id_fkey FOREIGN KEY (event_id) REFERENCES event(id);
ALTER TABLE ONLY plan
    ADD CONSTRAINT plan_template_version_id_fkey FOREIGN KEY (template_version_id) REFERENCES template_version(id);
ALTER TABLE ONLY session
    ADD CONSTRAINT session_user_id_fkey FOREIGN KEY (user_id) REFERENCES console_user(id);
ALTER TABLE ONLY template_version
    ADD CONSTRAINT template_version_template_id_fkey FOREIGN KEY (template_id) REFERENCES template(id);
ALTER TABLE ONLY topic_choice
    ADD CONSTRAINT topic_choice_client_id_fkey FOREIGN KEY (client_id) REFERENCES client(id) ON DELETE CASCADE;
