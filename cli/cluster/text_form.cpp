#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "cluster/parse.hpp"

namespace nsew {

namespace {

void append_utf8(std::string& to, std::uint32_t code) {
  const auto add = [&to](std::uint32_t byte) { to.push_back(static_cast<char>(byte)); };
  if (code < 0x80) {
    add(code);
  } else if (code < 0x800) {
    add(0xC0 | code >> 6);
    add(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    add(0xE0 | code >> 12);
    add(0x80 | (code >> 6 & 0x3F));
    add(0x80 | (code & 0x3F));
  } else {
    add(0xF0 | code >> 18);
    add(0x80 | (code >> 12 & 0x3F));
    add(0x80 | (code >> 6 & 0x3F));
    add(0x80 | (code & 0x3F));
  }
}

std::string from_utf16(std::string_view text, bool little_endian) {
  const auto unit = [&](std::size_t i) {
    const auto a = static_cast<unsigned char>(text[i]), b = static_cast<unsigned char>(text[i + 1]);
    return static_cast<std::uint32_t>(little_endian ? a | b << 8 : a << 8 | b);
  };
  std::string out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    std::uint32_t code = unit(i);
    const bool high = code >= 0xD800 && code < 0xDC00 && i + 3 < text.size();
    const std::uint32_t low = high ? unit(i + 2) : 0;
    if (low >= 0xDC00 && low < 0xE000) {
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
      i += 2;
    } else if (code >= 0xD800 && code < 0xE000) {
      code = 0xFFFD;
    }
    append_utf8(out, code);
  }
  return out;
}

bool is_marker(std::string_view line, std::string_view marker) {
  return line.starts_with(marker) && (line.size() == marker.size() ||
                                      std::string_view(" \t\r").find(line[marker.size()]) != std::string_view::npos);
}

bool says_something(std::string_view line) {
  const auto at = line.find_first_not_of(" \t\r");
  return at != std::string_view::npos && line[at] != '#' && line[at] != '%';
}

// Every {{ … }} of one line that `wanted` accepts.
template <typename Wanted>
bool any_template(std::string_view text, Wanted wanted) {
  for (auto at = text.find("{{"); at != std::string_view::npos; at = text.find("{{", at + 2)) {
    const auto line_end = std::min(text.find('\n', at), text.size());
    const auto close = text.find("}}", at);
    if (close < line_end && wanted(text.substr(at + 2, close - at - 2))) return true;
  }
  return false;
}

bool is_helm(std::string_view inside) {
  constexpr std::array<std::string_view, 8> words = {".Values",        ".Release", ".Chart",    ".Capabilities",
                                                     ".Template.Name", "include ", "template ", "tpl "};
  return std::ranges::any_of(words, [&](std::string_view word) { return inside.find(word) != std::string_view::npos; });
}

}  // namespace

std::string to_utf8_text(std::string text) {
  if (text.starts_with("\xEF\xBB\xBF")) return text.substr(3);
  if (text.starts_with("\xFF\xFE")) return from_utf16(std::string_view(text).substr(2), true);
  if (text.starts_with("\xFE\xFF")) return from_utf16(std::string_view(text).substr(2), false);
  return text;
}

std::vector<Piece> cut_documents(std::string_view text) {
  std::vector<Piece> pieces;
  std::size_t start = 0;
  std::uint32_t line_number = 1, start_line = 1;
  bool filled = false;
  const auto cut = [&](std::size_t end, std::uint32_t next_line) {
    if (filled) pieces.push_back({text.substr(start, end - start), start_line});
    start = end;
    start_line = next_line;
    filled = false;
  };
  for (std::size_t at = 0; at < text.size(); ++line_number) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    const std::size_t next = std::min(end + 1, text.size());
    if (is_marker(line, "---")) {
      cut(at, line_number);
      filled = says_something(line.substr(3));
    } else if (is_marker(line, "...")) {
      cut(at, line_number);
      start = next;
      start_line = line_number + 1;
    } else {
      filled = filled || says_something(line);
    }
    at = next;
  }
  cut(text.size(), line_number);
  return pieces;
}

bool is_json(std::string_view text) {
  const auto at = text.find_first_not_of(" \t\r\n");
  if (at == std::string_view::npos) return false;
  const auto after = text.find_first_not_of(" \t\r\n", at + 1);
  const char next = after == std::string_view::npos ? '\0' : text[after];
  if (text[at] == '{') return next == '"' || next == '}' || next == '\0';
  return text[at] == '[' && (next == '{' || next == '[' || next == '"' || next == ']' || next == '\0');
}

bool has_helm_markup(std::string_view text) { return any_template(text, is_helm); }

bool has_template_markup(std::string_view text) {
  return any_template(text, [](std::string_view) { return true; });
}

}  // namespace nsew
