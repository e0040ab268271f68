/** Honest features in pytest: examples, fixtures, patches of collaborators, tables. */

import { WORDS, WORDS_PY } from "../bases.ts";
import { asks, honest, text } from "../case.ts";

const SLUGGED = `${WORDS_PY}${text`


  def slug(text):
      return "-".join(text.lower().split())
`}`;

export const FEATURES_PYTHON = honest(WORDS, [
  {
    name: "pytest: a parametrised test names its criterion in every example",
    milestone: asks("Slugs", "Titles become parts of addresses.", [
      "A slug is lower case, its words joined by hyphens, as `slug(text)`",
    ]),
    change: {
      "words/__init__.py": SLUGGED,
      "tests/test_slug.py": text`
        import pytest

        from words import slug


        @pytest.mark.parametrize(
            ("text", "expected"),
            [
                pytest.param("The Night", "the-night", id="M1/1: joins words"),
                pytest.param("  One ", "one", id="M1/1: leaves blanks out"),
                pytest.param("", "", id="M1/1: nothing stays nothing"),
            ],
        )
        def test_slug(text, expected):
            assert slug(text) == expected
      `,
    },
  },
  {
    name: "pytest: the contract's own example and a named test prove a function",
    milestone: asks("Slugs", "Titles become parts of addresses.", [
      '`python3 -c "import words; print(words.slug(\'A Long  Day\'))"` prints "a-long-day"',
      "A slug is lower case (test: test_slug_is_lower_case)",
    ]),
    change: {
      "words/__init__.py": SLUGGED,
      "tests/test_slug.py": text`
        from words import slug


        def test_slug_is_lower_case():
            assert slug("NIGHT") == "night"
      `,
    },
  },
  {
    name: "pytest: a program is added that can be run as a module",
    milestone: asks("A program that counts", "Counting needs no Python.", [
      '`echo "one two three" | python3 -m words` prints "3"',
    ]),
    change: {
      "words/__main__.py": text`
        import sys

        from words import count


        def main():
            print(count(sys.stdin.read()))


        if __name__ == "__main__":
            main()
      `,
      "tests/test_main.py": text`
        import io

        from words import __main__ as program


        def test_prints_the_count(monkeypatch, capsys):
            monkeypatch.setattr("sys.stdin", io.StringIO("a b"))
            program.main()
            assert capsys.readouterr().out == "2\n"
      `,
    },
  },
  {
    name: "pytest: a collaborator is patched, the subject is not",
    milestone: asks("Stamped titles", "Titles tell their day.", [
      "A title is followed by today's date, as `stamped(text)` (test: test_stamps_a_title)",
    ]),
    change: {
      "words/stamp.py": text`
        from words import clock, title


        def stamped(text):
            return f"{title(text)} ({clock.today()})"
      `,
      "words/clock.py": text`
        import datetime


        def today():
            return datetime.date.today().isoformat()
      `,
      "tests/test_stamp.py": text`
        from unittest.mock import patch

        from words.stamp import stamped


        def test_stamps_a_title():
            with patch("words.clock.today", return_value="2026-01-02"):
                assert stamped("the night") == "The Night (2026-01-02)"
      `,
    },
  },
  {
    name: "pytest: files of a temporary folder are fixtures",
    milestone: asks("Counting files", "Long texts lie on disk.", [
      "The words of a file are counted, a missing file is an error, as `count_file(path)` (test: test_counts_a_file)",
    ]),
    change: {
      "words/files.py": text`
        from pathlib import Path

        from words import count


        def count_file(path):
            return count(Path(path).read_text(encoding="utf-8"))
      `,
      "tests/test_files.py": text`
        import pytest

        from words.files import count_file


        @pytest.fixture
        def poem(tmp_path):
            path = tmp_path / "poem.txt"
            path.write_text("roses are red\nviolets blue\n", encoding="utf-8")
            return path


        def test_counts_a_file(poem):
            assert count_file(poem) == 5


        def test_refuses_a_missing_file(tmp_path):
            with pytest.raises(FileNotFoundError):
                count_file(tmp_path / "none.txt")
      `,
    },
  },
  {
    name: "pytest: a table of languages looks like answers known by heart",
    milestone: asks("Names of languages", "Texts tell their language.", [
      "A code is told as the language's own name, an unknown one is a KeyError, as `language(code)` (test: test_language)",
    ]),
    change: {
      "words/languages.py": text`
        NAMES = {
            "de": "Deutsch",
            "en": "English",
            "es": "Español",
            "fr": "Français",
            "it": "Italiano",
            "pl": "Polski",
        }


        def language(code):
            return NAMES[code.lower()]
      `,
      "tests/test_languages.py": text`
        import pytest

        from words.languages import language


        def test_language_has_its_own_name():
            assert language("de") == "Deutsch"
            assert language("FR") == "Français"


        def test_language_refuses_the_unknown():
            with pytest.raises(KeyError):
                language("xx")
      `,
    },
  },
  {
    name: "pytest: coroutines are run by their tests",
    milestone: asks("Many texts at once", "Counting does not wait.", [
      "Several texts are counted in their order, as `count_all(texts)` (test: test_counts_all)",
    ]),
    change: {
      "words/many.py": text`
        import asyncio

        from words import count


        async def count_all(texts):
            async def one(text):
                await asyncio.sleep(0)
                return count(text)

            return await asyncio.gather(*(one(text) for text in texts))
      `,
      "tests/test_many.py": text`
        import asyncio

        from words.many import count_all


        def test_counts_all_in_order():
            assert asyncio.run(count_all(["a b", "", "c"])) == [2, 0, 1]
      `,
    },
  },
]);
