"""The steps of a verification, each with its attack and what to do; of a report, as rows.

Written by hand: a verdict has hundreds of steps, and a template takes ten times as long for each.
Kept by their value, for the steps of a verdict never change, and those that pass are much alike.
Whatever comes from metadata is escaped here.
"""

from functools import lru_cache

from django import template
from django.utils.safestring import SafeString

from trustui.core.trace import Outcome
from trustui.pages.components import Labelled, StepLine
from trustui.web.markup import filled, joined
from trustui.web.templatetags.trust import address, excerpt, name, sign, state_word

register = template.Library()

_MANY = 4_096
_NOTHING = SafeString()
_WOULD = {Outcome.PASSED: "would pass", Outcome.FAILED: "would fail"}
"""Of what rests on something broken."""


@register.simple_tag
@lru_cache(maxsize=_MANY)
def step(line: StepLine, *, is_open: bool = False) -> SafeString:
    """One step of a verification; open it shows found, attack, causes and what to do."""
    called = name(line.name)
    if line.href:
        called = filled('<a href="{}">{}</a>', line.href, called)
    return filled(
        _STEP,
        "moot" if line.is_moot else line.outcome, line.number, line.number,
        sign(line.sign, line.word), called, line.check_id, _found(line), line.clause,
        _details(line, is_open) if line.more or line.excerpt else "",
    )  # fmt: skip


_STEP = """<div class="step is-{}" id="step-{}">
  <span class="step-number">{}</span>
  {}
  <span class="step-name">{}<code class="step-id">{}</code></span>
  <span class="step-found">{}</span>
  <span class="step-clause">{}</span>
  {}
</div>
"""
_DETAILS = """<details class="step-details"{}>
    <summary>What it checks and what to do</summary>
    <dl class="step-more">
      {}
    </dl>
    {}
  </details>"""


def _found(line: StepLine) -> SafeString:
    told = address(line.found)
    if not line.is_moot:
        return told
    would = _WOULD.get(line.outcome, "decides nothing")
    return filled("{}{}{}", would, ": " if line.found else "", told)


def _details(line: StepLine, is_open: bool) -> SafeString:
    bytes_ = _NOTHING
    if line.excerpt:
        bytes_ = filled('<pre class="bytes" tabindex="0">{}</pre>', excerpt(line.excerpt))
    more = joined("\n      ", "{}", ((_item(one),) for one in line.more))
    return filled(_DETAILS, SafeString(" open") if is_open else "", more, bytes_)


def _item(one: Labelled) -> SafeString:
    return filled(
        "<div{}><dt>{}</dt><dd>{}</dd></div>",
        SafeString(' class="is-wide"') if one.is_wide else "",
        one.label,
        filled("<code>{}</code>", name(one.text)) if one.is_code else name(one.text),
    )


@register.simple_tag
@lru_cache(maxsize=_MANY)
def step_row(line: StepLine) -> SafeString:
    """The same as a row of a report."""
    rests = _NOTHING
    if line.rests_on:
        rests = filled('<span class="sub">rests on {}</span>', name(line.rests_on))
    return filled(
        _ROW,
        name(line.name), line.check_id, state_word(line.sign, line.word), rests,
        name(line.found), name(line.clause),
    )  # fmt: skip


_ROW = """<tr><th scope="row" data-label="Step"><span>{}<span class="sub mono">{}</span></span></th>\
<td data-label="Outcome">{}{}</td><td data-label="Found">{}</td><td data-label="Clause">{}</td></tr>
"""
