"""A plan, for people and for programs."""

import msgspec

from hardening.model.plan import DeployStack, InstallFile, Plan, Step

PLAN_VERSION = 1
NOTHING_TO_DO = "Nothing to do: the cluster is as the project asks."


def as_text(plan: Plan, *, command: str = "harden deploy", nothing: str = NOTHING_TO_DO) -> str:
    """Steps with before and after, how many there are, and the command that applies them."""
    if not plan.steps:
        return "\n".join([nothing, *_lacking(plan)])
    width = max(len(step.node) for step in plan.steps)
    lines = []
    phase = None
    for step in plan.steps:
        if step.phase is not phase:
            phase = step.phase
            lines.append(f"\n{phase.name.capitalize()}")
        lines.append(f"  {step.node:{width}}  {step.summary}")
        lines.append(f"  {'':{width}}    - {step.before}")
        lines.append(f"  {'':{width}}    + {step.after}")
    lines.append(f"\n{len(plan.steps)} steps. Nothing was changed; apply them with: {command}")
    lines += _lacking(plan)
    return "\n".join(lines).lstrip("\n")


def as_json(plan: Plan) -> str:
    """The same as a document: `{version, steps: [{node, phase, summary, before, after, kind, path?}], lacking}`."""
    steps = [_as_document(step) for step in plan.steps]
    document = {"version": PLAN_VERSION, "steps": steps, "lacking": plan.lacking}
    return msgspec.json.format(msgspec.json.encode(document)).decode()


def _lacking(plan: Plan) -> list[str]:
    return [f"Lacking: {line}" for line in plan.lacking]


def _as_document(step: Step) -> dict[str, str]:
    document = {
        "node": step.node,
        "phase": step.phase.name.lower(),
        "kind": step.action.__struct_config__.tag,
        "summary": step.summary,
        "before": step.before,
        "after": step.after,
    }
    match step.action:
        case InstallFile(path=path):
            document["path"] = path
        case DeployStack(stack=stack):
            document["stack"] = stack.name
        case _:
            pass
    return {key: str(value) for key, value in document.items()}
