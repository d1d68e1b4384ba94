// Recognises OTLP traces by their first span: all signals have messages of one shape, only what is in them differs.
#include <algorithm>
#include <protozero/pbf_reader.hpp>

#include "input/otlp.hpp"

namespace nsew::otlp {
namespace {

using protozero::pbf_reader;
using protozero::pbf_wire_type;

// What the length-delimited field that is at hand holds, as much of it as there is.
std::string_view clipped(const pbf_reader& fields) {
  const protozero::data_view rest = fields.data();
  const char *at = rest.data(), *end = at + rest.size();
  const std::uint64_t size = protozero::decode_varint(&at, end);
  return {at, std::min<std::size_t>(size, static_cast<std::size_t>(end - at))};
}

// Calls on(number, bytes) for each field of a length and on(number, "") for others, until it says true. What is not
// protobuf, or ends, says false.
template <class On>
bool any_field(std::string_view message, const On& on) {
  try {
    for (pbf_reader fields(message.data(), message.size()); fields.next(); fields.skip()) {
      const bool bytes = fields.wire_type() == pbf_wire_type::length_delimited;
      if (on(fields.tag(), bytes ? clipped(fields) : std::string_view{})) return true;
    }
  } catch (const protozero::exception&) {
    return false;
  }
  return false;
}

// Metrics have a name where spans have a trace of 16 bytes, log records have a time.
bool is_span(std::string_view message) {
  bool trace = false;
  return any_field(message, [&](std::uint32_t number, std::string_view bytes) {
    trace = trace || (number == 1 && bytes.size() == 16);
    return trace && number == 2 && bytes.size() == 8;
  });
}

bool has_span(std::string_view request) {
  bool foreign = false;
  const bool found = any_field(request, [&](std::uint32_t one, std::string_view resource_spans) {
    foreign = foreign || one != 1;
    return foreign || any_field(resource_spans, [&](std::uint32_t two, std::string_view scope_spans) {
             if (two != 2 && two != 1000) return false;
             return any_field(scope_spans,
                              [](std::uint32_t three, std::string_view span) { return three == 2 && is_span(span); });
           });
  });
  return found && !foreign;
}

std::optional<std::string_view> after_four_bytes(std::string_view head) {
  std::uint64_t size = 0;
  if (head.size() <= 4) return std::nullopt;
  for (const char c : head.substr(0, 4)) size = size << 8 | static_cast<unsigned char>(c);
  return head.substr(4, static_cast<std::size_t>(size));
}

std::optional<std::string_view> after_varint(std::string_view head) {
  const char *at = head.data(), *end = at + head.size();
  try {
    const std::uint64_t size = protozero::decode_varint(&at, end);
    return head.substr(static_cast<std::size_t>(at - head.data()), static_cast<std::size_t>(size));
  } catch (const protozero::exception&) {
    return std::nullopt;
  }
}

}  // namespace

std::optional<Framing::Prefix> protobuf_prefix(std::string_view head) {
  const auto four = after_four_bytes(head);
  if (four && has_span(*four)) return Framing::Prefix::big_endian;
  if (has_span(head)) return Framing::Prefix::none;
  const auto varint = after_varint(head);
  if (varint && has_span(*varint)) return Framing::Prefix::varint;
  return std::nullopt;
}

}  // namespace nsew::otlp
