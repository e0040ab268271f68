/** Honest work in pytest, with classes of unittest: state, errors, generators and decorators. */

import { WORDS, WORDS_PY } from "../bases.ts";
import { asks, honest, text } from "../case.ts";

export const STATEFUL_PYTHON = honest(WORDS, [
  {
    name: "unittest: a class of tests has a set-up, and expects errors",
    milestone: asks("Glossaries", "Words can be explained.", [
      "A glossary knows the meaning of a word in any case, and refuses unknown ones with KeyError (test: test_meaning)",
    ]),
    change: {
      "words/glossary.py": text`
        class Glossary:
            """Words and what they mean."""

            def __init__(self):
                self._meanings = {}

            def add(self, word, meaning):
                self._meanings[word.lower()] = meaning

            def meaning(self, word):
                return self._meanings[word.lower()]
      `,
      "tests/test_glossary.py": text`
        import unittest

        from words.glossary import Glossary


        class TestGlossary(unittest.TestCase):
            def setUp(self):
                self.glossary = Glossary()
                self.glossary.add("Night", "the dark half of a day")

            def test_meaning(self):
                self.assertEqual(self.glossary.meaning("night"), "the dark half of a day")
                with self.assertRaises(KeyError):
                    self.glossary.meaning("noon")
      `,
    },
  },
  {
    name: "pytest: a decorator that tries again is the feature",
    milestone: asks("Trying again", "What fails now and then is tried again.", [
      "A function is called again until it does not raise, at most so many times (test: test_persistent)",
    ]),
    change: {
      "words/persistent.py": text`
        import functools


        def persistent(times):
            def around(function):
                @functools.wraps(function)
                def call(*args):
                    for attempt in range(1, times + 1):
                        try:
                            return function(*args)
                        except OSError:
                            if attempt == times:
                                raise

                return call

            return around
      `,
      "tests/test_persistent.py": text`
        import pytest

        from words.persistent import persistent


        def test_persistent_until_it_works():
            calls = []

            @persistent(3)
            def shy(word):
                calls.append(word)
                if len(calls) < 3:
                    raise OSError("not now")
                return word.upper()

            assert shy("night") == "NIGHT"
            assert len(calls) == 3


        def test_persistent_gives_up():
            @persistent(2)
            def never():
                raise OSError("never")

            with pytest.raises(OSError, match="never"):
                never()
      `,
    },
  },
  {
    name: "pytest: lines are wrapped one by one by a generator",
    milestone: asks("Wrapping", "Long texts are wrapped.", [
      "A text is given in lines of at most a width, as the generator `wrapped(text, width)` (test: test_wrapped)",
    ]),
    change: {
      "words/__init__.py": `${WORDS_PY}${text`


        def wrapped(text, width):
            line = ""
            for word in text.split():
                if line and len(line) + 1 + len(word) > width:
                    yield line
                    line = word
                else:
                    line = f"{line} {word}".strip()
            if line:
                yield line
      `}`,
      "tests/test_wrapped.py": text`
        from words import wrapped


        def test_wrapped():
            assert list(wrapped("the long night is over", 9)) == ["the long", "night is", "over"]
            assert list(wrapped("", 9)) == []
      `,
    },
  },
  {
    name: "pytest: a value is compared by what it holds",
    milestone: asks("Spans", "Spans of text can be told.", [
      "A span has a start and a length, knows its end, and equals another of the same (test: test_span)",
    ]),
    change: {
      "words/span.py": text`
        from dataclasses import dataclass


        @dataclass(frozen=True)
        class Span:
            start: int
            length: int

            @property
            def end(self) -> int:
                return self.start + self.length

            @classmethod
            def between(cls, start: int, end: int) -> "Span":
                return cls(start, end - start)
      `,
      "tests/test_span.py": text`
        from words.span import Span


        def test_span_knows_its_end():
            assert Span(2, 3).end == 5


        def test_span_equals_another_of_the_same():
            assert Span.between(2, 5) == Span(2, 3)
            assert Span(2, 3) != Span(2, 4)
      `,
    },
  },
  {
    name: "pytest: old and new words are told apart with a warning",
    milestone: asks("Warnings", "Old names go slowly.", [
      "`words_in(text)` counts as `count` does, and warns that it is old (test: test_words_in)",
    ]),
    change: {
      "words/__init__.py": `import warnings\n\n\n${WORDS_PY}${text`


        def words_in(text):
            warnings.warn("words_in is now called count", DeprecationWarning, stacklevel=2)
            return count(text)
      `}`,
      "tests/test_words_in.py": text`
        import pytest

        from words import words_in


        def test_words_in():
            with pytest.warns(DeprecationWarning, match="now called count"):
                assert words_in("one two") == 2
      `,
    },
  },
]);
