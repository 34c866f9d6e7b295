# Judges the description of the API with implementations that are not ours.
# In, as JSON on standard input: document, answers (operation, status, content_type, body).
# Out: one fault a line; nothing when all is as described.
import json
import sys

from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import OpenAPIV31SpecValidator

given = json.load(sys.stdin)
document = given["document"]


def faults(schema, value, place):
    whole = {**schema, "components": document["components"]}
    for fault in Draft202012Validator(whole, format_checker=FormatChecker()).iter_errors(value):
        print(f"{place} {fault.json_path}: {fault.message[:300]}")


def of(content, place):
    for kind, media in content.items():
        if "example" in media:
            faults(media["schema"], media["example"], f"{place} {kind}")


for fault in OpenAPIV31SpecValidator(document).iter_errors():
    print(f"{fault.json_path}: {fault.message[:300]}")
for path, operations in document["paths"].items():
    for method, operation in operations.items():
        place = f"example of {method.upper()} {path}"
        for parameter in operation["parameters"]:
            if "example" in parameter:
                faults(parameter["schema"], parameter["example"], f"{place} {parameter['name']}")
        of(operation.get("requestBody", {}).get("content", {}), place)
        for status, response in operation["responses"].items():
            of(response.get("content", {}), f"{place} {status}")

for answer in given["answers"]:
    method, path = answer["operation"].split(" ")
    place = f"answer of {answer['operation']} {answer['status']}"
    response = document["paths"][path][method.lower()]["responses"].get(str(answer["status"]))
    if response is None:
        print(f"{place}: it is not described: {answer['body']}")
        continue
    media = response.get("content", {}).get(answer["content_type"])
    if media is not None:
        faults(media["schema"], answer["body"], place)
    elif answer["body"] not in ("", None) or answer["content_type"]:
        print(f"{place}: {answer['content_type']} is not described")
