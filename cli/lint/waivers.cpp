#include "lint/waivers.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "lint/checks.hpp"
#include "lint/look.hpp"

namespace nsew {
namespace {

constexpr std::string_view prefix = "ignore.nsew.dev/";

bool is_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  return std::ranges::all_of(text, [](char c) { return c == '-' || (c >= '0' && c <= '9'); });
}

void add_from(const Object& object, std::vector<Waiver>& waivers) {
  for (const auto& [key, value] : object.annotations) {
    if (!key.starts_with(prefix)) continue;
    Waiver waiver = waiver_from_text(key.substr(prefix.size()), value);
    waiver.kind = object.kind, waiver.ns = object.ns, waiver.object = object.name, waiver.where = object.where;
    waivers.push_back(std::move(waiver));
  }
}

void add_from_all(const auto& things, std::vector<Waiver>& waivers) {
  for (const auto& thing : things) add_from(thing.object, waivers);
}

bool same_object(const Waiver& waiver, const Finding& finding) {
  return waiver.kind == finding.kind && waiver.ns == finding.ns && waiver.object == finding.object;
}

Finding of(const Check& check, const Waiver& waiver, std::string message) {
  const Object object{{}, waiver.kind, waiver.ns, waiver.object, {}, {}, waiver.where};
  Finding finding = about(object, waiver.where, std::move(message), waiver.code);
  finding.code = check.code, finding.name = check.name, finding.level = check.level, finding.remedy = check.remedy;
  return finding;
}

const Check* check_called(std::string_view code) {
  const auto table = checks();
  const auto at = std::ranges::find(table, code, [](const Check* check) { return check->code; });
  return at == table.end() ? nullptr : *at;
}

std::string on(const Waiver& waiver) {
  return "the waiver of " + waiver.code + " on " + shown(Object{{}, waiver.kind, waiver.ns, waiver.object, {}, {}, {}});
}

bool suppress(const Waiver& waiver, std::vector<Finding>& findings) {
  bool used = false;
  for (Finding& finding : findings)
    if (finding.code == waiver.code && same_object(waiver, finding)) finding.suppressed = waiver.reason, used = true;
  return used;
}

// A check that could not judge these inputs does not make its waiver needless.
bool was_needless(const Waiver& waiver, const Assessment& assessment) {
  const Check* check = check_called(waiver.code);
  return check == nullptr || (check->applies != nullptr && check->applies(assessment));
}

}  // namespace

Waiver waiver_from_text(std::string code, std::string_view text) {
  Waiver waiver;
  waiver.code = std::move(code);
  constexpr std::string_view opening = "(until ";
  if (const std::size_t at = text.rfind(opening); at != std::string_view::npos) {
    const std::string_view rest = text.substr(at + opening.size());
    waiver.until = trim(rest.substr(0, rest.find(')')));
    text = text.substr(0, at);
  }
  waiver.reason = trim(text);
  return waiver;
}

std::vector<Waiver> waivers_of(const Assessment& assessment) {
  std::vector<Waiver> waivers = assessment.waivers;
  const Inventory& all = assessment.picture.inventory;
  add_from_all(all.workloads, waivers), add_from_all(all.services, waivers), add_from_all(all.routes, waivers);
  add_from_all(all.gateways, waivers), add_from_all(all.policies, waivers), add_from_all(all.namespaces, waivers);
  add_from_all(all.service_accounts, waivers), add_from_all(all.autoscalers, waivers);
  add_from_all(all.config_maps, waivers), add_from_all(all.others, waivers);
  return waivers;
}

std::vector<Finding> apply_waivers(const Assessment& assessment, std::vector<Finding>& findings) {
  std::vector<Finding> about_waivers;
  for (const Waiver& waiver : waivers_of(assessment)) {
    if (waiver.reason.empty()) {
      about_waivers.push_back(of(waiver_without_reason, waiver, on(waiver) + " gives no reason"));
    } else if (!waiver.until.empty() && !is_date(waiver.until)) {
      about_waivers.push_back(
          of(waiver_without_reason, waiver, on(waiver) + " ends on '" + waiver.until + "', which is no YYYY-MM-DD"));
    } else if (!waiver.until.empty() && !assessment.today.empty() && waiver.until < assessment.today) {
      about_waivers.push_back(of(expired_waiver, waiver, on(waiver) + " ended on " + waiver.until));
    } else if (!suppress(waiver, findings) && was_needless(waiver, assessment)) {
      about_waivers.push_back(of(unused_waiver, waiver, on(waiver) + " covers no finding"));
    }
  }
  return about_waivers;
}

const Check waiver_without_reason{
    .code = "NSEW0901",
    .name = "waiver-without-reason",
    .level = Severity::error,
    .summary = "a waiver that gives no reason, or a date that cannot be read",
    .page =
        R"page(A waiver is a note to whoever reads the manifest next: this was seen, and it is meant to be so, because …
Without the reason it only hides. Such a waiver does not count, and the finding it was meant for is shown.

    ignore.nsew.dev/NSEW0301: "partners reach it through the VPN (until 2027-03-31)"

The date is optional, in the form YYYY-MM-DD, and is the last day on which the waiver holds.)page",
    .remedy = "write why the finding is accepted, and optionally until when",
    .applies = always,
    .run = nullptr};

const Check expired_waiver{
    .code = "NSEW0902",
    .name = "expired-waiver",
    .level = Severity::warning,
    .summary = "a waiver whose last day has passed",
    .page = R"(Whoever wrote this waiver wanted to be asked again on this day. It no longer counts, and the finding it
covered is shown again. Mend what it was about, or renew it with a later date if the reason still holds.

Today is the day that the report prints: --now, else SOURCE_DATE_EPOCH, else the clock.)",
    .remedy = "mend the finding and delete the waiver, or set a later date",
    .applies = always,
    .run = nullptr};

const Check unused_waiver{
    .code = "NSEW0903",
    .name = "unused-waiver",
    .level = Severity::warning,
    .summary = "a waiver that covers no finding",
    .page = R"(The waiver stands on an object that has no such finding. Usually the cause was mended and the note was
forgotten; sometimes the code is misspelt. Left in place it would silently cover the next finding of its
kind. A waiver of a check that could not judge the given inputs (one that needs traffic, in a run without
any) is not reported.)",
    .remedy = "delete the waiver",
    .applies = always,
    .run = nullptr};

}  // namespace nsew
