#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "input/access_log.hpp"
#include "input/timestamp.hpp"

namespace nsew {
namespace {

std::string_view present(std::string_view field) { return field == "-" ? std::string_view{} : field; }

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// Takes the last word off `text`.
std::optional<std::string_view> last_bare(std::string_view& text) {
  const std::size_t blank = text.rfind(' ');
  if (blank == std::string_view::npos || blank + 1 == text.size()) return std::nullopt;
  const std::string_view word = text.substr(blank + 1);
  if (word.find('"') != std::string_view::npos) return std::nullopt;
  text.remove_suffix(word.size() + 1);
  return word;
}

// Takes the last quoted field off `text`. Envoy does not escape, so that a user agent may hold quotes: a field begins
// where a quote follows a quote and a blank, or, for the first of a row of quoted fields, a blank alone.
std::optional<std::string_view> last_quoted(std::string_view& text, bool first_of_row) {
  if (!text.ends_with('"')) return std::nullopt;
  const std::string_view inside = text.substr(0, text.size() - 1);
  const std::string_view opening = first_of_row ? " \"" : "\" \"";
  const std::size_t at = inside.rfind(opening);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view field = inside.substr(at + opening.size());
  text = text.substr(0, at + opening.size() - 2);
  return field;
}

bool take_bare(std::string_view& text, std::initializer_list<std::string_view*> right_to_left) {
  for (std::string_view* field : right_to_left) {
    const auto word = last_bare(text);
    if (!word) return false;
    *field = present(*word);
  }
  return true;
}

bool take_quoted(std::string_view& text, std::initializer_list<std::string_view*> right_to_left) {
  std::size_t left = right_to_left.size();
  for (std::string_view* field : right_to_left) {
    const auto word = last_quoted(text, --left == 0);
    if (!word) return false;
    *field = present(*word);
  }
  return true;
}

// `… "GET /path HTTP/1.1" 200 - via_upstream - "-"` -> what precedes the counters.
bool take_request(std::string_view text, AccessLine& line) {
  const std::size_t open = text.find('"');
  if (open == std::string_view::npos) return false;
  std::size_t close = text.find("\" ", open + 1);
  const auto code_at = [&] { return text.substr(close + 2, text.find(' ', close + 2) - close - 2); };
  while (close != std::string_view::npos && !is_number(code_at())) close = text.find("\" ", close + 1);
  if (close == std::string_view::npos) return false;
  const std::string_view request = text.substr(open + 1, close - open - 1);
  const std::size_t first = request.find(' '), last = request.rfind(' ');
  if (first == std::string_view::npos || first == last) return false;
  line.method = present(request.substr(0, first));
  line.path = present(request.substr(first + 1, last - first - 1));
  line.protocol = present(request.substr(last + 1));
  const auto words = split(text.substr(close + 2), ' ');
  line.code = words[0];
  if (words.size() > 1) line.flags = present(words[1]);
  if (words.size() > 2 && !words[2].starts_with('"')) line.details = present(words[2]);
  return true;
}

// "[2022-08-22T13:08:23.188Z] " in front of the request, if it is there.
std::string_view time_before_request(std::string_view text) {
  const std::string_view before = trim(text.substr(0, text.find('"')));
  const std::size_t open = before.rfind('[');
  if (!before.ends_with(']') || open == std::string_view::npos) return {};
  return before.substr(open + 1, before.size() - open - 2);
}

}  // namespace

std::optional<AccessLine> access_line(std::string_view text, AccessLayout layout) {
  const LinePrefix prefix = without_prefix(text);
  AccessLine line;
  line.pod = prefix.pod;
  text = trim(prefix.rest);
  std::string_view route;
  if (layout == AccessLayout::istio &&
      !take_bare(text, {&route, &line.server_name, &line.downstream_remote, &line.downstream_local,
                        &line.upstream_local, &line.upstream_cluster}))
    return std::nullopt;
  std::string_view service_time;
  if (!take_quoted(text, {&line.upstream_host, &line.authority, &line.request_id, &line.agent, &line.forwarded_for}) ||
      !take_bare(text, {&service_time, &line.duration, &line.bytes_sent, &line.bytes_received}) ||
      !take_request(text, line))
    return std::nullopt;
  if (!is_number(line.duration) && !line.duration.empty()) return std::nullopt;
  line.time = time_before_request(text);
  return line;
}

LinePrefix without_prefix(std::string_view line) {
  LinePrefix prefix{.pod = {}, .rest = trim(line)};
  constexpr std::string_view pod_mark = "[pod/";
  if (prefix.rest.starts_with(pod_mark)) {
    const std::size_t end = prefix.rest.find(']');
    if (end == std::string_view::npos) return prefix;
    const std::string_view inside = prefix.rest.substr(pod_mark.size(), end - pod_mark.size());
    prefix.pod = inside.substr(0, inside.find('/'));
    prefix.rest = trim(prefix.rest.substr(end + 1));
  }
  const std::size_t blank = std::min(prefix.rest.find(' '), prefix.rest.size());
  if (timestamp_ns(prefix.rest.substr(0, blank)) != 0) prefix.rest = trim(prefix.rest.substr(blank));
  for (const std::string_view stream : {"stdout F ", "stderr F ", "stdout P ", "stderr P "})
    if (prefix.rest.starts_with(stream)) prefix.rest = trim(prefix.rest.substr(stream.size()));
  return prefix;
}

bool is_proxy_chatter(std::string_view line) {
  const std::string_view rest = without_prefix(line).rest;
  constexpr std::array<std::string_view, 8> levels = {"trace", "debug", "info",     "warn",
                                                      "error", "fatal", "critical", "warning"};
  const auto is_level = [&](std::string_view word) { return std::ranges::find(levels, word) != levels.end(); };
  const std::size_t tab = line.find('\t');
  if (tab != std::string_view::npos && is_level(line.substr(tab + 1, line.find('\t', tab + 1) - tab - 1))) return true;
  if (rest != line && is_level(rest.substr(0, rest.find('\t')))) return true;
  // [2022-08-22 10:51:35.926][15][warning][config] text
  const std::size_t third = rest.find("][", rest.find("][") + 1);
  if (!rest.starts_with('[') || third == std::string_view::npos) return false;
  return is_level(rest.substr(third + 2, rest.find(']', third + 2) - third - 2));
}

}  // namespace nsew
