"""The frozen types that a check passes from stage to stage, one module per stage.

`config` (sources, watches, channels) → `check` (responses, pages and entries) → `release`
(validation results, releases and events) → `notification` (matches, messages and incidents) →
`report` and `status` (results). No type has a field that means "not yet": a value that becomes
known later gets another type.

Import the types from their own modules. Creating a dataclass takes about a third of a millisecond,
and a run with `--once` that finds no change needs only a third of them.
"""
