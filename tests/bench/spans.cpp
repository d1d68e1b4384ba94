// spans SIZE [SEED]: OTLP JSON lines on stdout, as the collector's file exporter writes them, up to SIZE bytes.
// A system of 30 services with 20 operations each; 800 to 900 bytes a span, 8 or more attributes, random ids, one span
// in a hundred delivered twice, consumers that link to their producers. The batches of services leave in no order, so
// that most children stand before their parent.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace {

constexpr std::size_t services = 30, operations = 20, pods = 3;

struct Made {
  std::uint64_t trace_high, trace_low, id, parent;
  std::uint32_t service, operation;
  int kind;  // as OTLP counts: 2 SERVER, 3 CLIENT, 4 PRODUCER, 5 CONSUMER
  std::uint32_t callee = 0;
  std::uint64_t start_ns, duration_ns;
  std::uint64_t linked_high = 0, linked_low = 0, linked_id = 0;
};

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed) {}

  // Some traces at a time: their spans, in batches by pod, in no order.
  std::string lines() {
    spans_.clear();
    while (spans_.size() < 4096) trace();
    for (std::size_t i = 0, n = spans_.size(); i < n; ++i)
      if (below(100) == 0) spans_.push_back(spans_[i]);
    std::ranges::shuffle(spans_, random_);
    std::ranges::stable_sort(spans_, {}, [](const Made& m) { return m.service; });
    std::vector<std::string> batches;
    for (std::size_t i = 0; i < spans_.size();) {
      std::size_t end = i + 1;
      while (end < spans_.size() && end - i < 12 && spans_[end].service == spans_[i].service) ++end;
      batches.push_back(batch(i, end));
      i = end;
    }
    std::ranges::shuffle(batches, random_);
    std::string all;
    for (std::size_t i = 0; i < batches.size(); i += 3) {
      all += R"({"resourceSpans":[)";
      for (std::size_t j = i; j < std::min(i + 3, batches.size()); ++j) all += (j > i ? "," : "") + batches[j];
      all += "]}\n";
    }
    return all;
  }

 private:
  std::uint64_t below(std::uint64_t n) { return random_() % n; }
  std::uint32_t any_operation() { return static_cast<std::uint32_t>(below(operations)); }

  void trace() {
    const std::uint64_t high = random_(), low = random_();
    now_ += 1'000'000 + below(1'000'000);
    const std::uint32_t entry = static_cast<std::uint32_t>(below(3));
    serve(high, low, 0, entry, any_operation(), 0, now_);
  }

  void serve(std::uint64_t high, std::uint64_t low, std::uint64_t parent, std::uint32_t service,
             std::uint32_t operation, int depth, std::uint64_t start) {
    const std::uint64_t id = random_();
    spans_.push_back({high, low, id, parent, service, operation, 2, service, start, 1'000'000 + below(200'000'000)});
    const std::uint64_t calls = depth >= 4 ? 0 : below(4);
    for (std::uint64_t i = 0; i < calls; ++i) call(high, low, id, service, depth, start + i * 100'000);
  }

  void call(std::uint64_t high, std::uint64_t low, std::uint64_t parent, std::uint32_t service, int depth,
            std::uint64_t start) {
    const std::uint32_t callee = static_cast<std::uint32_t>((service + 1 + below(5)) % services);
    const std::uint32_t operation = any_operation();
    const bool message = below(20) == 0;
    const std::uint64_t id = random_();
    spans_.push_back(
        {high, low, id, parent, service, operation, message ? 4 : 3, callee, start, 500'000 + below(100'000'000)});
    if (message)
      consume(high, low, id, callee, operation, start);
    else if (below(10) > 0)
      serve(high, low, id, callee, operation, depth + 1, start + 50'000);
  }

  // In a trace of its own: only the link leads back.
  void consume(std::uint64_t high, std::uint64_t low, std::uint64_t id, std::uint32_t service, std::uint32_t operation,
               std::uint64_t start) {
    const std::uint64_t own_high = random_(), own_low = random_();
    spans_.push_back(
        {own_high, own_low, random_(), 0, service, operation, 5, service, start + 2'000'000, 300'000, high, low, id});
  }

  std::string batch(std::size_t from, std::size_t to) {
    const std::uint32_t service = spans_[from].service;
    const std::uint64_t pod = below(pods);
    std::string text = fmt::format(
        R"({{"resource":{{"attributes":[{{"key":"service.name","value":{{"stringValue":"service-{0:02}"}}}},)"
        R"({{"key":"k8s.namespace.name","value":{{"stringValue":"shop"}}}},)"
        R"({{"key":"k8s.deployment.name","value":{{"stringValue":"service-{0:02}"}}}},)"
        R"({{"key":"k8s.pod.name","value":{{"stringValue":"service-{0:02}-7d9f6c5b4-x{1}k2p"}}}},)"
        R"({{"key":"k8s.pod.ip","value":{{"stringValue":"10.1.{0}.{1}"}}}},)"
        R"({{"key":"telemetry.sdk.language","value":{{"stringValue":"go"}}}},)"
        R"({{"key":"telemetry.sdk.name","value":{{"stringValue":"opentelemetry"}}}},)"
        R"({{"key":"telemetry.sdk.version","value":{{"stringValue":"1.28.0"}}}}]}},"scopeSpans":[{{"scope":{{"name":)"
        R"("go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp","version":"0.53.0"}},"spans":[)",
        service, pod);
    for (std::size_t i = from; i < to; ++i) text += (i > from ? "," : "") + span(spans_[i]);
    return text + "]}]}";
  }

  std::string span(const Made& m) {
    std::string text = fmt::format(
        R"({{"traceId":"{:016x}{:016x}","spanId":"{:016x}","parentSpanId":"{}","flags":257,"name":"{}","kind":{},)"
        R"("startTimeUnixNano":"{}","endTimeUnixNano":"{}","attributes":[{}],"status":{{{}}})",
        m.trace_high, m.trace_low, m.id, m.parent == 0 ? "" : fmt::format("{:016x}", m.parent), name(m), m.kind,
        m.start_ns, m.start_ns + m.duration_ns, attributes(m), below(50) == 0 ? R"("code":2)" : "");
    if (m.linked_id != 0)
      text += fmt::format(R"(,"links":[{{"traceId":"{:016x}{:016x}","spanId":"{:016x}"}}])", m.linked_high,
                          m.linked_low, m.linked_id);
    return text + "}";
  }

  static std::string name(const Made& m) {
    if (m.kind >= 4) return fmt::format("topic-{:02} {}", m.operation, m.kind == 4 ? "publish" : "process");
    return m.kind == 2 ? fmt::format("GET /api/v1/resource-{}/{{id}}", char('a' + m.operation)) : "HTTP GET";
  }

  static std::string text_of(std::string_view key, std::string_view value) {
    return fmt::format(R"({{"key":"{}","value":{{"stringValue":"{}"}}}})", key, value);
  }
  static std::string number_of(std::string_view key, std::uint64_t value) {
    return fmt::format(R"({{"key":"{}","value":{{"intValue":"{}"}}}})", key, value);
  }

  std::string attributes(const Made& m) {
    const std::string thread = number_of("thread.id", 20 + below(40));
    if (m.kind >= 4)
      return fmt::format("{},{},{},{},{},{},{},{}", text_of("messaging.system", "kafka"),
                         text_of("messaging.destination.name", fmt::format("topic-{:02}", m.operation)),
                         text_of("messaging.operation.type", m.kind == 4 ? "publish" : "process"),
                         text_of("messaging.client.id", "sarama-client-4711"),
                         number_of("messaging.message.body.size", below(4096)),
                         number_of("messaging.kafka.offset", below(1'000'000)),
                         number_of("messaging.destination.partition.id", below(12)), thread);
    const std::string host = fmt::format("service-{:02}.shop.svc.cluster.local", m.callee);
    // One URL in ten has an identifier that only it has.
    const std::uint64_t item = below(10) == 0 ? below(1'000'000) : 42;
    const std::string path = fmt::format("/api/v1/resource-{}/{}", char('a' + m.operation), item);
    const std::string common =
        fmt::format("{},{},{},{}", text_of("http.request.method", "GET"), number_of("http.response.status_code", 200),
                    text_of("server.address", host), number_of("server.port", 8080));
    if (m.kind == 3)
      return fmt::format("{},{},{},{},{}", common, text_of("url.full", fmt::format("http://{}:8080{}", host, path)),
                         text_of("network.protocol.version", "1.1"), number_of("http.response.body.size", below(9000)),
                         thread);
    return fmt::format("{},{},{},{},{},{}", common, text_of("url.path", path),
                       text_of("http.route", fmt::format("/api/v1/resource-{}/{{id}}", char('a' + m.operation))),
                       text_of("user_agent.original", "Go-http-client/1.1"),
                       text_of("network.peer.address", fmt::format("10.1.{}.{}", below(30), below(250))),
                       number_of("network.peer.port", 30000 + below(20000)));
  }

  std::mt19937_64 random_;
  std::vector<Made> spans_;
  std::uint64_t now_ = 1'750'000'000'000'000'000;
};

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t size = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000'000;
  Generator generator(argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1);
  for (std::uint64_t made = 0; made < size;) {
    const std::string lines = generator.lines();
    if (std::fwrite(lines.data(), 1, lines.size(), stdout) != lines.size()) return 1;
    made += lines.size();
  }
  return std::fclose(stdout) == 0 ? 0 : 1;
}
