"""Path patterns, held against what `apparmor_parser -D rule-exprs` makes of them."""

from __future__ import annotations

import pytest

from hardening.confine import globs


@pytest.mark.parametrize(
    ("pattern", "path", "covered"),
    [
        ("/a/*", "/a/b", True),
        ("/a/*", "/a/", False),  # [^/][^/]*
        ("/a/*", "/a/b/c", False),
        ("/a/**", "/a/b/c", True),
        ("/a/**", "/a/", False),
        ("/a/**", "/a//b", True),  # slashes are folded, as AppArmor folds them
        ("/a/{,**}", "/a/", True),
        ("/a/***", "/a/b/c", True),
        ("/a/*/x", "/a//x", False),
        ("/a*/", "/a/", True),
        ("/**.so*", "/lib/x.so.6", True),
        ("/a?", "/é", False),  # two bytes
        ("/??", "/é", True),
        ("/[^a]b", "/cb", True),
        ("/[^a]b", "/ab", False),
        ("/x[^a]b", "/x/b", True),
        ("/[a-c_]x", "/_x", True),
        ("/{a,{b,c}d}/e", "/cd/e", True),
        ("/{a,{b,c}d}/e", "/ad/e", False),
        ("/{*,b}c", "/bbc", True),
        ("/{*,b}c", "/c", True),  # the star is no whole name
        ("/a\\*b", "/a*b", True),
        ("/a,b}", "/a,b}", True),
    ],
)
def test_a_pattern_covers_what_apparmor_says(pattern: str, path: str, covered: bool) -> None:
    assert globs.meets(pattern, path.replace("*", "\\*")) is covered
    assert globs.contains([pattern], path.replace("*", "\\*")) is covered


@pytest.mark.parametrize(
    ("wide", "tight", "within"),
    [
        ("/srv/cache/**", "/srv/cache/*.db", True),
        ("/srv/cache/**", "/srv/cache/**", True),
        ("/srv/cache/**", "/{srv/cache,etc}/**", False),
        ("/srv/cache/**", "/[se][rt][vc]/cache/**", False),
        ("/srv/cache/**", "/srv/{cache/**,**}", False),
        ("/srv/cache/**", "/srv/cache/{,**}", False),  # the folder itself
        ("/srv/{cache,tmp}/**", "/srv/{tmp/a,cache}/*", True),
        ("/srv/[a-f]*", "/srv/{a,[b-d]}x", True),
        ("/srv/[^a]*", "/srv/[b-d]x", True),
        ("/srv/[^ab]*", "/srv/[^a]x", False),
        ("/srv/?", "/srv/[a-z]", True),
        ("/srv/?", "/srv/[^a]", False),  # which may be a slash
        ("/srv/*a*", "/srv/*a", True),
        ("/srv/*a", "/srv/*a*", False),
        ("/**", "/{a,b}/c", True),
    ],
)
def test_one_pattern_lies_within_another(wide: str, tight: str, within: bool) -> None:
    assert globs.contains([wide], tight) is within


def test_what_no_pattern_covers_alone_several_may_cover() -> None:
    assert globs.contains(["/srv/a/*", "/srv/b/**"], "/srv/{a,b}/x")
    assert not globs.contains(["/srv/a/*", "/srv/b/*"], "/srv/{a,b,c}/x")
    assert not globs.contains([], "/srv/a")


def test_patterns_with_many_ways_to_lie_are_compared_all_the_same() -> None:
    """Of whose places there are more sets than could be walked."""
    many = "?" * 40
    assert globs.contains([f"/**x{many}", f"/**y{many}"], f"/**[xy]{many}")
    assert not globs.contains([f"/**x{many}", f"/**y{many}"], f"/**[xyz]{many}")


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        ("/usr/lib/**.so*", "/usr/lib/web/plugin.so", True),
        ("/usr/lib/**.so*", "/usr/lib/web/**", True),
        ("/usr/lib/**.so*", "/usr/lib/web/*.txt", True),  # a.so.txt
        ("/usr/lib/**.so*", "/usr/lib/web/[0-9]", False),
        ("/opt/*", "/opt/{a,b}", True),
        ("/[a-z]**", "/tmp/**", True),
        ("/{usr/bin,tmp}/**", "/tmp/cache/**", True),
        ("/{usr/bin,opt}/**", "/tmp/**", False),
        ("/srv/[a-c]x", "/srv/[c-f]x", True),
        ("/srv/[a-c]x", "/srv/[^a-c]x", False),
        ("/srv/[^a]x", "/srv/[^b]x", True),
        ("/srv/*a", "/srv/b*", True),
        ("/srv/a*", "/srv/b*", False),
    ],
)
def test_two_patterns_meet(one: str, other: str, meet: bool) -> None:
    assert globs.meets(one, other) is globs.meets(other, one) is meet


@pytest.mark.parametrize("text", ["/srv/[z-a]", "/srv/{a,b"])
def test_what_no_parser_takes_is_no_pattern(text: str) -> None:
    assert not globs.is_pattern(text)
