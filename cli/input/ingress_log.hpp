// What the access logs of ingress controllers have in common: every line is a request that came in through the
// controller, and names the backend that it was given to in the controller's own words.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "input/reader.hpp"

namespace nsew {

struct IngressLine {
  std::string_view pod;  // of the controller, where the log was read with --prefix
  std::string_view method, path, host, agent, status;
  std::uint64_t time_ns = 0, duration_ns = 0, bytes = 0;
  std::string_view ns, service;  // of the backend, where the line has them apart
  std::string_view upstream;     // the backend in one word: "shop-frontend-8080"; where only that is known
  std::string_view route;        // where only the rule that was followed is known
  std::string_view address;      // of the backend's pod
  std::uint16_t port = 0;
  bool answered = false;  // by the controller itself: no backend was asked
};
void observe_ingress(const IngressLine&, RecordSink&);

// "07/Feb/2020:11:48:51 +0000" as nanoseconds since 1970; 0 if it is not.
std::uint64_t log_time_ns(std::string_view text);

// Takes words, "quoted" and [bracketed] fields off the front of a line. Nothing where it is not so.
class LogWords {
 public:
  explicit LogWords(std::string_view text) : text_(text) {}
  std::optional<std::string_view> word();
  std::optional<std::string_view> quoted();
  std::optional<std::string_view> bracketed();
  std::string_view rest() const { return text_; }

 private:
  std::optional<std::string_view> between(char open, char close);
  std::string_view text_;
};

struct Request {
  std::string_view method, path;
};
Request request_of(std::string_view line);  // "GET /cart HTTP/1.1"

inline std::string_view present(std::string_view field) { return field == "-" ? std::string_view{} : field; }

}  // namespace nsew
