#include <doctest/doctest.h>

#include "base/escape.hpp"

namespace nsew {
namespace {

struct Case {
  const char* name;
  std::string (*escape)(std::string_view);
  std::string_view text;
  std::string_view shown;
};

const Case cases[] = {
    {"terminal shows an escape sequence instead of sending it", escape::terminal, "a\x1b[31mb", "a\\x1b[31mb"},
    {"terminal shows line breaks", escape::terminal, "a\r\nb", "a\\x0d\\x0ab"},
    {"terminal shows direction overrides", escape::terminal, "a\u202Eb", "a\\u{202e}b"},
    {"terminal shows C1 controls", escape::terminal, "a\u009Bb", "a\\x9bb"},
    {"terminal keeps names of any script", escape::terminal, "Zürich-東京", "Zürich-東京"},
    {"invalid UTF-8 becomes U+FFFD byte by byte", escape::utf8, "a\xff\xc3(b", "a\uFFFD\uFFFD(b"},
    {"an overlong form is invalid", escape::utf8, "\xc0\xaf", "\uFFFD\uFFFD"},
    {"a surrogate is invalid", escape::utf8, "\xed\xa0\x80", "\uFFFD\uFFFD\uFFFD"},
    {"a cut sequence is invalid", escape::utf8, "a\xe2\x82", "a\uFFFD\uFFFD"},
    {"markdown holds no HTML", escape::markdown, "</script><b>", "&lt;/script&gt;&lt;b&gt;"},
    {"markdown holds no table cell, code or mention", escape::markdown, "a|b`c@d", "a&#124;b&#96;c&#64;d"},
    {"markdown holds no link or image", escape::markdown, "![x](y)", "\\!\\[x\\]\\(y\\)"},
    {"html attributes cannot be left", escape::html, "\" onload='x'&", "&quot; onload=&#39;x&#39;&amp;"},
    {"dot strings cannot be left", escape::dot, "a\"b\\c", "a\\\"b\\\\c"},
    {"a word that YAML reads as something else is quoted", escape::yaml, "no", "\"no\""},
    {"a number that is a name is quoted", escape::yaml, "1.2", "\"1.2\""},
    {"a time-like word is quoted", escape::yaml, "12:30", "\"12:30\""},
    {"an ordinary name stays plain", escape::yaml, "shop.example.com", "shop.example.com"},
    {"a comment sign in a name is quoted", escape::yaml, "a #b", "\"a #b\""},
    {"a template is quoted", escape::yaml, "{a}", "\"{a}\""},
    {"a line break in YAML is an escape", escape::yaml, "a\nb: c", "\"a\\x0Ab: c\""},
    {"an empty text is quoted", escape::yaml, "", "\"\""},
    {"JSON strings cannot be left", escape::json, "a\"\n\\", "a\\\"\\u000a\\\\"},
    {"a workflow message is one line", escape::github_message, "50%\r\n::error::x", "50%25%0D%0A::error::x"},
    {"a workflow property cannot begin another", escape::github_property, "a:b,c", "a%3Ab%2Cc"},
};

}  // namespace

TEST_CASE("what a stranger wrote cannot leave its place") {
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(c.escape(c.text) == c.shown);
  }
}

}  // namespace nsew
