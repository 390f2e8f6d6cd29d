"""What SARIF 2.1.0 and GitHub's code scanning ask of the parts that are written, in JSON Schema.

Written by hand from the standard, not a copy of its schema: unlike that one it knows no property that isn't used.
"""


def exactly(**properties):
    """Return the schema of an object with all of these properties, or without those marked optional, and no other."""
    required = [name for name, schema in properties.items() if not schema.get("optional")]
    named = {name.replace("schema_", "$schema"): schema for name, schema in properties.items()}
    return {
        "type": "object",
        "properties": named,
        "required": [name.replace("schema_", "$schema") for name in required],
        "additionalProperties": False,
    }


TEXT = {"type": "string", "minLength": 1}
MESSAGE = exactly(text=TEXT)
LEVEL = {"enum": ["none", "note", "warning", "error"]}
PLACE = exactly(
    artifactLocation=exactly(
        # A relative reference of RFC 3986, below the root of the repository.
        uri={"type": "string", "pattern": r"^[A-Za-z0-9_.-][A-Za-z0-9_./-]*$"},
        uriBaseId={"const": "%SRCROOT%"},
    ),
    region=exactly(startLine={"type": "integer", "minimum": 1}),
)
LOGICAL = exactly(name=TEXT, fullyQualifiedName=TEXT, kind=TEXT)
RULE = exactly(
    id={"type": "string", "pattern": "^[a-z0-9-]+$"},
    shortDescription=MESSAGE,
    fullDescription=MESSAGE,
    help=MESSAGE,
    defaultConfiguration=exactly(level=LEVEL),
    properties=exactly(
        **{"security-severity": {"type": "string", "pattern": r"^(10|\d)\.\d$"}},
        tags={"type": "array", "items": TEXT, "uniqueItems": True},
    ),
)
RESULT = exactly(
    ruleId=TEXT,
    ruleIndex={"type": "integer", "minimum": 0},
    level=LEVEL,
    message=MESSAGE,
    locations={
        "type": "array",
        "minItems": 1,
        "items": exactly(
            physicalLocation=PLACE,
            logicalLocations={"optional": True, "type": "array", "minItems": 1, "items": LOGICAL},
        ),
    },
    partialFingerprints={
        "type": "object",
        "additionalProperties": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        "minProperties": 1,
    },
    suppressions={
        "optional": True,
        "type": "array",
        "items": exactly(kind={"enum": ["inSource", "external"]}, justification=TEXT),
    },
)
RUN = exactly(
    tool=exactly(driver=exactly(name=TEXT, rules={"type": "array", "items": RULE, "uniqueItems": True})),
    automationDetails=exactly(id={"type": "string", "pattern": "/$"}),
    invocations={"type": "array", "items": exactly(executionSuccessful={"type": "boolean"})},
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    results={"type": "array", "items": RESULT},
)
LOG = exactly(
    schema_={"type": "string", "pattern": "sarif-schema-2.1.0.json$"},
    version={"const": "2.1.0"},
    runs={"type": "array", "minItems": 1, "maxItems": 1, "items": RUN},
)
