#include "base/escape.hpp"

#include <cstdint>

#include <fmt/format.h>

#include "base/text.hpp"

namespace nsew::escape {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

struct Decoded {
  char32_t point = 0xFFFD;
  std::size_t size = 1;
  bool valid = false;
};

// One code point of well-formed UTF-8 (Unicode 15, table 3-7); anything else is one invalid byte.
Decoded decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return {};
  char32_t point = lead & (0xFF >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    point = point << 6 | (byte(i) & 0x3F);
  }
  constexpr char32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  if (point < least[size] || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) return {};
  return {point, size, true};
}

// Each code point's bytes (U+FFFD for invalid ones) through `write(point, bytes, out)`.
template <class Write>
std::string each(std::string_view text, Write write) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Decoded next = decode(text);
    write(next.point, next.valid ? text.substr(0, next.size) : replacement, out);
    text.remove_prefix(next.size);
  }
  return out;
}

bool is_control(char32_t c) { return c < 0x20 || (c >= 0x7F && c < 0xA0); }
// Direction overrides, zero-width and line separators: what makes a terminal show something else than what is there.
bool is_deceptive(char32_t c) {
  return (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF ||
         c == 0x061C;
}

void visible(char32_t c, std::string_view bytes, std::string& out) {
  if (is_control(c)) {
    out += fmt::format("\\x{:02x}", static_cast<std::uint32_t>(c));
  } else if (is_deceptive(c)) {
    out += fmt::format("\\u{{{:x}}}", static_cast<std::uint32_t>(c));
  } else {
    out += bytes;
  }
}

bool plain_in_yaml(std::string_view text) {
  if (text.empty() || text != trim(text)) return false;
  constexpr std::string_view indicators = "-?:,[]{}#&*!|>'\"%@`=<~";
  if (indicators.find(text[0]) != std::string_view::npos) return false;
  const std::string small = lower(text);
  for (const char* word : {"null", "true", "false", "yes", "no", "on", "off", "y", "n", ".nan", ".inf", "+.inf"}) {
    if (small == word) return false;
  }
  const bool numeric = text.find_first_not_of("0123456789+-.eExXoOabcdefABCDEF_:") == std::string_view::npos &&
                       text.find_first_of("0123456789") != std::string_view::npos;
  if (numeric) return false;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7F) return false;
  }
  return text.find(": ") == std::string_view::npos && text.find(" #") == std::string_view::npos &&
         text.find_first_of(",[]{}") == std::string_view::npos && text.back() != ':';
}

}  // namespace

std::string utf8(std::string_view text) {
  return each(text, [](char32_t, std::string_view bytes, std::string& out) { out += bytes; });
}

std::string terminal(std::string_view text) { return each(text, visible); }

std::string markdown(std::string_view text) {
  return each(text, [](char32_t c, std::string_view bytes, std::string& out) {
    switch (c) {
      case '&':
        out += "&amp;";
        return;
      case '<':
        out += "&lt;";
        return;
      case '>':
        out += "&gt;";
        return;
      case '@':
        out += "&#64;";
        return;
      case '#':
        out += "&#35;";
        return;
      case '|':
        out += "&#124;";
        return;
      case '`':
        out += "&#96;";
        return;
      case ':':
        out += "&#58;";
        return;
      case '\\':
      case '*':
      case '_':
      case '[':
      case ']':
      case '(':
      case ')':
      case '!':
      case '~':
      case '$':
        out += '\\';
        out += bytes;
        return;
      default:
        visible(c, bytes, out);
    }
  });
}

std::string html(std::string_view text) {
  return each(text, [](char32_t c, std::string_view bytes, std::string& out) {
    switch (c) {
      case '&':
        out += "&amp;";
        return;
      case '<':
        out += "&lt;";
        return;
      case '>':
        out += "&gt;";
        return;
      case '"':
        out += "&quot;";
        return;
      case '\'':
        out += "&#39;";
        return;
      default:
        visible(c, bytes, out);
    }
  });
}

std::string dot(std::string_view text) {
  return each(text, [](char32_t c, std::string_view bytes, std::string& out) {
    if (c == '"' || c == '\\') out += '\\';
    if (is_control(c) || is_deceptive(c)) out += '\\';  // the backslash that visible() writes is one in DOT too
    visible(c, bytes, out);
  });
}

std::string yaml(std::string_view text) {
  if (plain_in_yaml(text)) return std::string(text);
  return '"' +
         each(text,
              [](char32_t c, std::string_view bytes, std::string& out) {
                const auto code = static_cast<std::uint32_t>(c);
                if (c == '"' || c == '\\') {
                  out += '\\';
                  out += bytes;
                } else if (c < 0x100 && is_control(c)) {
                  out += fmt::format("\\x{:02X}", code);
                } else if (is_deceptive(c)) {
                  out += fmt::format("\\u{:04X}", code);
                } else {
                  out += bytes;
                }
              }) +
         '"';
}

std::string yaml_comment(std::string_view text) { return each(text, visible); }

std::string json(std::string_view text) {
  return each(text, [](char32_t c, std::string_view bytes, std::string& out) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += bytes;
    } else if (c < 0x20 || c == 0x7F || c == 0x2028 || c == 0x2029) {
      out += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(c));
    } else {
      out += bytes;
    }
  });
}

std::string github_message(std::string_view text) {
  return each(text, [](char32_t c, std::string_view bytes, std::string& out) {
    switch (c) {
      case '%':
        out += "%25";
        return;
      case '\r':
        out += "%0D";
        return;
      case '\n':
        out += "%0A";
        return;
      default:
        visible(c, bytes, out);
    }
  });
}

std::string github_property(std::string_view text) {
  std::string out;
  for (const char c : github_message(text)) {
    if (c == ':')
      out += "%3A";
    else if (c == ',')
      out += "%2C";
    else
      out += c;
  }
  return out;
}

}  // namespace nsew::escape
