"""FEEL and JUEL, as far as they say what our expressions say.

A text is cut into words, the words are put into our spelling, and our own compiler has the last
word: what it refuses, and what the languages read differently, is not converted.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from app.engine.expressions import MAX_DEPTH, MAX_LENGTH, ExpressionError, compile_expression
from app.engine.timers import compile_timer

_WORD = re.compile(
    r"""\s*(?:
        (?P<text>"[^"\\]*"|'[^'\\]*')
      | (?P<number>\d+(?:\.\d+)?|\.\d+)
      | (?P<name>[^\W\d]\w*)
      | (?P<mark>==|!=|<=|>=|&&|\|\||[-+*/()\[\],=<>!])
    )""",
    re.VERBOSE,
)
_FEEL = {"=": "==", "count": "len", "ceiling": "ceil"}
_JUEL = {
    "&&": "and",
    "||": "or",
    "eq": "==",
    "ne": "!=",
    "lt": "<",
    "gt": ">",
    "le": "<=",
    "ge": ">=",
    "div": "/",
}
_LITERAL = re.compile(r"""(?:duration|date|date and time)\(\s*(["'])(?P<iso>[^"']*)\1\s*\)""")
_CYCLE = re.compile(
    r"""cycle\(\s*(?:(?P<times>\d+)\s*,\s*)?(?:duration\(\s*)?"(?P<span>P\w+)"\s*\)?\s*\)"""
)
_ISO = re.compile(r"(R\d*/)?P[\dTYMWDHS]+|\d{4}-\d\d-\d\d.*")


class Foreign(ValueError):
    """The text means something that our language can't say."""


def from_feel(text: str) -> str:
    """Return a FEEL expression, with or without its ``=``, in our language.

    Raises:
        Foreign: it can't be said.
    """
    return _put(text.strip().removeprefix("="), _FEEL, negation="not")


def from_juel(text: str) -> str:
    """Return what stands in ``${…}`` or ``#{…}`` in our language; bare texts are taken so, too.

    Raises:
        Foreign: it can't be said.
    """
    line = text.strip()
    if line[:2] in ("${", "#{") and line.endswith("}"):
        line = line[2:-1]
    return _put(line, _JUEL, negation="!")


def timer_of(text: str) -> str:
    """Return the body of a timer in our language.

    Raises:
        Foreign: it is a cron expression, or computes a moment in a way that we can't.
    """
    line = " ".join(text.split())
    if line.startswith("="):
        line = _feel_timer(line[1:].strip())
    elif line[:2] == "#{":
        line = "$" + line[1:]
    try:
        body = compile_timer(line)
    except ExpressionError as error:
        raise Foreign(text) from error
    if body.names and _ISO.fullmatch(line):
        raise Foreign(text)  # seconds would pass for the name of a variable
    return line


def _feel_timer(line: str) -> str:
    if match := _LITERAL.fullmatch(line):
        return match["iso"]
    if match := _CYCLE.fullmatch(line):
        return f"R{match['times'] or ''}/{match['span']}"
    if line[:1] == line[-1:] == '"' and _ISO.fullmatch(line[1:-1]):
        return line[1:-1]
    return "${" + from_feel(line) + "}"


def _put(text: str, spelling: dict[str, str], *, negation: str) -> str:
    line = " ".join(_spelt(list(_words(text)), spelling, negation))
    line = line.replace("( ", "(").replace(" )", ")").replace(" ,", ",")
    line = line.replace("[ ", "[").replace(" ]", "]")
    line = re.sub(r"\b(len|min|max|ceil|floor) \(", r"\1(", line)
    try:
        compile_expression(line)
        is_same = not _is_read_otherwise(line)
    except ExpressionError as error:
        raise Foreign(text) from error
    if not is_same:
        raise Foreign(text)
    return line


def _words(text: str) -> Iterator[str]:
    at, end = 0, len(text.rstrip())
    if not 0 < end <= MAX_LENGTH or text.count("(") > MAX_DEPTH:
        raise Foreign(text)
    while at < end:
        match = _WORD.match(text, at)
        if match is None:
            raise Foreign(text)
        yield match[0].strip()
        at = match.end()


def _spelt(words: list[str], spelling: dict[str, str], negation: str) -> list[str]:
    """Return the words in our spelling; a negation binds closer there, so it may need brackets."""
    found: list[str] = []
    at = 0
    while at < len(words):
        word = words[at]
        if word in (negation, "not"):
            end = _operand_end(words, at + 1)
            operand = ["not", *_spelt(words[at + 1 : end], spelling, negation)]
            is_whole = _stands_alone(found[-1:], words[end : end + 1], spelling)
            if not is_whole and word == "not" and negation == "!":
                raise Foreign(word)  # ours, or theirs? they differ
            found += operand if is_whole else ["(", *operand, ")"]
            at = end
            continue
        if word == "=" and "=" not in spelling:
            raise Foreign(word)
        found.append(spelling.get(word, word))
        at += 1
    return found


def _stands_alone(before: list[str], after: list[str], spelling: dict[str, str]) -> bool:
    """Whether only what binds less closely than a negation stands around it."""
    lax = {"and", "or", "not", "(", ")"}
    return all(spelling.get(word, word) in lax for word in (*before, *after))


def _operand_end(words: list[str], start: int) -> int:
    """Return where the operand of a negation ends: one name, or all in brackets."""
    if start >= len(words):
        raise Foreign("not")
    if words[start] != "(":
        is_plain = words[start].isidentifier() and words[start + 1 : start + 2] != ["("]
        if not is_plain:
            raise Foreign(words[start])
        return start + 1
    depth = 0
    for at in range(start, len(words)):
        depth += {"(": 1, ")": -1}.get(words[at], 0)
        if depth == 0:
            return at + 1
    raise Foreign("(")


def _is_read_otherwise(line: str) -> bool:
    """Whether a comparison of a comparison stands there: ours chains, the others don't."""
    nodes = list(ast.walk(ast.parse(line, mode="eval")))
    return any(isinstance(node, ast.Compare) and len(node.ops) > 1 for node in nodes)
