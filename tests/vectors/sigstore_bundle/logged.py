"""What is wrong with the entry of a log."""

from dataclasses import replace

from tests.vectors.scenario import Told
from tests.vectors.sigstore_bundle.asking import Case, entry_of, scenario
from tests.vectors.sigstore_bundle.passing import CERTIFIED, KEYED, OLDEST, PROMISED, without_proof
from trustui.demo.images.bundles import Plan
from trustui.demo.images.certifying import MINUTE, SIGNED
from trustui.demo.images.stack import Json, b64


@scenario(failed="bundle.log_present")
def no_log_entry() -> Told:
    return UNLOGGED.ask()


UNLOGGED = Case(Plan(logged=False))


@scenario(failed="bundle.log_key")
def a_log_that_is_not_trusted() -> Told:
    return UNKNOWN_LOG.ask()


def without_logs(root: Json) -> None:
    root["tlogs"] = []


UNKNOWN_LOG = Case(spoil_root=without_logs)


@scenario(failed="bundle.log_key")
def a_log_is_wanted_and_no_root_was_given() -> Told:
    return replace(KEYED, has_root=False).ask()


@scenario(failed="bundle.log_key")
def a_log_key_that_was_over_by_the_time_of_the_timestamp() -> Told:
    return RETIRED_LOG.ask()


def retire_logs(root: Json) -> None:
    for log in root["tlogs"]:
        log["publicKey"]["validFor"]["end"] = "2026-06-01T00:00:00Z"


RETIRED_LOG = Case(spoil_root=retire_logs)


@scenario(failed="bundle.log_key")
def a_log_key_that_was_over_by_the_time_of_the_entry() -> Told:
    return replace(PROMISED, spoil_root=retire_logs).ask()


@scenario(failed="bundle.set")
def a_promise_of_somebody_else() -> Told:
    return BROKEN_PROMISE.ask()


def break_promise(bundle: Json) -> None:
    entry_of(bundle)["integratedTime"] = str(int((SIGNED + MINUTE).timestamp()))


BROKEN_PROMISE = Case(PROMISED.plan, spoil=break_promise)


@scenario(failed="bundle.set")
def version_0_1_without_a_promise() -> Told:
    return UNPROMISED.ask()


UNPROMISED = Case(OLDEST.plan, spoil=lambda bundle: entry_of(bundle).pop("inclusionPromise"))


@scenario(failed="bundle.proof", noted="bundle.checkpoint")
def an_entry_without_proof() -> Told:
    return replace(CERTIFIED, spoil=without_proof).ask()


@scenario(failed="bundle.checkpoint")
def a_proof_without_checkpoint() -> Told:
    return UNCHECKED.ask()


UNCHECKED = Case(spoil=lambda bundle: entry_of(bundle)["inclusionProof"].pop("checkpoint"))


@scenario(failed="bundle.checkpoint")
def a_checkpoint_with_another_size() -> Told:
    return RESIZED.ask()


def resize(bundle: Json) -> None:
    checkpoint = entry_of(bundle)["inclusionProof"]["checkpoint"]
    checkpoint["envelope"] = checkpoint["envelope"].replace("\n3\n", "\n4\n")


RESIZED = Case(spoil=resize)


@scenario(failed="bundle.proof")
def a_path_to_another_root() -> Told:
    return LOST.ask()


def lose_path(bundle: Json) -> None:
    entry_of(bundle)["inclusionProof"]["hashes"] = [b64(bytes(32))]


LOST = Case(spoil=lose_path)


@scenario(failed="bundle.proof")
def a_proof_that_states_another_root_than_the_checkpoint() -> Told:
    return OTHER_ROOT.ask()


def state_other_root(bundle: Json) -> None:
    entry_of(bundle)["inclusionProof"]["rootHash"] = b64(bytes(32))


OTHER_ROOT = Case(PROMISED.plan, spoil=state_other_root)


@scenario(passed="bundle.proof")
def the_copy_of_the_root_beside_a_checkpoint_of_tiles_counts_for_nothing() -> Told:
    return replace(CERTIFIED, spoil=state_other_root).ask()
