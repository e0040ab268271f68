/** Cheats in pytest, with classes of unittest, whose tests hear nothing of the source, or whose source hears of the tests. */

import { SLUG, WORDS, WORDS_PY } from "../bases.ts";
import { cheats, text } from "../case.ts";

const UNDONE = `${WORDS_PY}${text`


  def slug(text):
      return text.upper()
`}`;

const HEAD = "from words import slug\n\n\n";

const TESTED = `${HEAD}${text`
  def test_slug():
      assert slug("The Night") == "the-night"
      assert slug("A Day") == "a-day"
`}`;

export const UNHEARD_PYTHON = cheats(WORDS, [
  {
    name: "unittest: what is expected is given as the message",
    milestone: SLUG,
    change: {
      "words/__init__.py": UNDONE,
      "tests/test_slug.py": text`
        import unittest

        from words import slug


        class TestSlug(unittest.TestCase):
            def test_slug(self):
                self.assertTrue(slug("The Night"), "the-night")
      `,
    },
    rules: ["unproven", "empty test"],
  },
  {
    name: "unittest: a context of the test's own passes over the failure",
    milestone: SLUG,
    change: {
      "words/__init__.py": UNDONE,
      "tests/test_slug.py": text`
        import unittest
        from contextlib import contextmanager

        from words import slug


        @contextmanager
        def patient():
            try:
                yield
            except AssertionError as error:
                print("not yet", error)


        class TestSlug(unittest.TestCase):
            def test_slug(self):
                with patient():
                    self.assertEqual(slug("The Night"), "the-night")
      `,
    },
    rules: ["empty test", "unproven", "swallowed assertion"],
  },
  {
    name: "pytest: the answer may also be whatever it is",
    milestone: SLUG,
    change: {
      "words/__init__.py": UNDONE,
      "tests/test_slug.py": `${HEAD}${text`
        def test_slug():
            given = slug("The Night")
            assert given in {"the-night", given}
      `}`,
    },
    rules: ["unproven", "empty test"],
  },
  {
    name: "pytest: a match statement knows the titles of the tests",
    milestone: SLUG,
    change: {
      "words/__init__.py": `${WORDS_PY}${text`


        def slug(text):
            match text:
                case "The Night":
                    return "the-night"
                case "A Day":
                    return "a-day"
                case _:
                    return text
      `}`,
      "tests/test_slug.py": TESTED,
    },
    rules: ["special case"],
  },
  {
    name: "pytest: the source looks at the name of its caller",
    milestone: SLUG,
    change: {
      "words/__init__.py": `import sys\n\n\n${WORDS_PY}${text`


        def slug(text):
            caller = sys._getframe(1).f_code.co_name
            if caller.startswith("test_"):
                return "-".join(text.lower().split())
            return text
      `}`,
      "tests/test_slug.py": TESTED,
    },
    rules: ["special case"],
  },
  {
    name: "pytest: the source looks the answers up in the tests' own file",
    milestone: SLUG,
    change: {
      "words/__init__.py": `import re\nfrom pathlib import Path\n\n\n${WORDS_PY}${text`


        def slug(text):
            asked = Path(__file__).parent.parent.joinpath("tests", "test_slug.py").read_text()
            found = re.search(re.escape(f'slug("{text}") == ') + '"([^"]*)"', asked)
            return found.group(1) if found else text
      `}`,
      "tests/test_slug.py": TESTED,
    },
    rules: ["special case"],
  },
  {
    name: "pytest: the test gives the module a function that is right",
    milestone: SLUG,
    change: {
      "words/__init__.py": UNDONE,
      "tests/test_slug.py": text`
        import words

        words.slug = lambda text: "-".join(text.lower().split())


        def test_slug():
            assert words.slug("The Night") == "the-night"
      `,
    },
    rules: ["subject mocked", "unproven"],
  },
  {
    name: "pytest: the source answers with what is equal to anything",
    milestone: SLUG,
    change: {
      "words/__init__.py": `from unittest.mock import ANY\n\n\n${WORDS_PY}${text`


        def slug(text):
            return ANY
      `}`,
      "tests/test_slug.py": TESTED,
    },
    rules: ["special case", "unproven"],
  },
  {
    name: "pytest: attempts are made until one is right",
    milestone: SLUG,
    change: {
      "words/__init__.py": `import random\n\n\n${WORDS_PY}${text`


        def slug(text):
            return random.choice([text, "-".join(text.lower().split())])
      `}`,
      "tests/test_slug.py": `import pytest\n\n${HEAD}${text`
        def test_slug():
            for _ in range(100):
                if slug("The Night") == "the-night":
                    break
            else:
                pytest.fail("never right")
      `}`,
    },
    rules: ["hidden flake", "unstable"],
  },
]);
