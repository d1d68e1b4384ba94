// Names in traces and manifests come from strangers. Each medium has one function, and nothing reaches it another way.
// All return text that the medium shows as the given bytes, invalid UTF-8 shown as U+FFFD.
#pragma once

#include <string>
#include <string_view>

namespace nsew::escape {

std::string utf8(std::string_view);      // valid UTF-8, invalid bytes replaced
std::string terminal(std::string_view);  // no control characters, no bidirectional overrides, no line breaks
std::string markdown(std::string_view);  // one table cell or span of running text: no markup, HTML, mentions, breaks
std::string html(std::string_view);      // text and quoted attributes
std::string dot(std::string_view);       // the inside of a double-quoted DOT string
std::string yaml(std::string_view);      // a YAML scalar, quoted where plain would be read as something else
std::string yaml_comment(std::string_view);     // the rest of a comment line
std::string json(std::string_view);             // the inside of a JSON string
std::string github_message(std::string_view);   // message of a workflow command (%, CR, LF)
std::string github_property(std::string_view);  // property of a workflow command (also : and ,)

}  // namespace nsew::escape
