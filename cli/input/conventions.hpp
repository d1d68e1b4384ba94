// What attribute names mean, old and new OpenTelemetry semantic conventions, OpenTracing and Zipkin names alike: one
// table from key to field, and the rules by which a span's attributes become an Operation and a Peer.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "input/record.hpp"

namespace nsew {

enum class Says : std::uint8_t {
  // the emitter
  service,
  kubernetes_ns,
  service_namespace,
  workload,
  pod,
  hostname,
  address,
  environment,
  language,
  cluster,
  // the call
  kind,
  error,
  status,
  http_method,
  http_route,
  http_path,
  http_url,
  http_host,
  http_status,
  user_agent,
  rpc_system,
  rpc_service,
  rpc_method,
  grpc_status,
  // the other end
  peer_service,
  server_address,
  peer_name,
  peer_address,
  upstream_cluster,
  server_port,
  peer_port,
  db_system,
  messaging_system,
  destination,
  kafka_topic,
  // sampling
  sampler_type,
  sampler_param,
  sampling_probability,
  sampled_one_in,
  count
};

struct Convention {
  std::string_view key;
  Says field;
  std::uint8_t rank;  // where several keys say the same field, the lowest rank is believed
};
std::span<const Convention> conventions();           // ordered by key
const Convention* convention(std::string_view key);  // null when the key says nothing that nsew reads

// What the attributes of one resource or one span say, in whatever order they come. Holds views: the text must live.
class Attributes {
 public:
  void add(std::string_view key, std::string_view value);
  void add(std::string_view key, double value);
  void add(const Convention&, std::string_view value);
  void add(const Convention&, double value);
  std::string_view text(Says field) const { return texts_[place(field)]; }
  bool has(Says field) const { return said_.test(place(field)); }
  std::optional<double> number(Says field) const;  // also of text that is a number
  void clear() { said_.reset(), texts_.fill({}); }

 private:
  static constexpr std::size_t fields = static_cast<std::size_t>(Says::count);
  static constexpr std::size_t place(Says field) { return static_cast<std::size_t>(field); }
  bool take(const Convention&);

  std::array<std::string_view, fields> texts_{};
  std::array<double, fields> numbers_{};
  std::array<std::uint8_t, fields> ranks_{};
  std::bitset<fields> said_, numeric_;
};

Resource resource_of(const Attributes&);  // service is whatever the attributes say; formats that keep it apart set it
// `name` is the span's name. Texts that had to be made are put into `buffer`, which has to live as long as the result.
Operation operation_of(const Attributes&, std::string_view name, std::string& buffer);
Peer peer_of(const Attributes&, SpanKind);  // empty for a span that calls nobody (SERVER, INTERNAL)
bool error_of(const Attributes&);           // error tag, otel.status_code, HTTP 5xx, gRPC status of a fault
std::optional<double> probability_of(const Attributes&);  // of having been sampled; nothing when the data do not say

}  // namespace nsew
