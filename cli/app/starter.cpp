#include <algorithm>
#include <filesystem>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "app/assess.hpp"
#include "app/command.hpp"
#include "app/output.hpp"
#include "base/bytes.hpp"
#include "base/escape.hpp"
#include "base/text.hpp"
#include "starter/target.hpp"

namespace nsew {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> target_names() {
  std::vector<std::string> names;
  for (const Target* target : targets()) names.emplace_back(target->name);
  return names;
}

void add_flags(CLI::App& command, Flags& flags) {
  offer(command.add_option("--target", flags.target, "product to write for: " + join(target_names(), ", "))
            ->type_name("TARGET")
            ->required(),
        flags, target_names());
  command.add_option("--to", flags.to, "folder to write into; created when it is not there")
      ->type_name("DIR")
      ->required();
  command.add_flag("--force", flags.force, "overwrite files that nsew did not write");
  add_input_flags(command, flags);
}

const Target& wanted_target(const std::string& name) {
  if (const Target* target = target_called(name)) return *target;
  const auto meant = nearest(name, target_names());
  throw Failure(
      exit_code::usage, fmt::format("no target is called '{}'", name), {},
      meant ? fmt::format("did you mean '{}'?", *meant) : fmt::format("there are: {}", join(target_names(), ", ")));
}

// Nothing is written when one of the files is somebody else's.
void refuse_to_overwrite(const fs::path& folder, const std::vector<StarterFile>& files) {
  for (const StarterFile& file : files) {
    const fs::path path = folder / file.path;
    std::error_code ignored;
    if (!fs::exists(path, ignored)) continue;
    if (written_by_nsew(read_all(*open_bytes(path.string())))) continue;
    throw Failure(exit_code::write_failed, "is not a file that nsew wrote; nothing was written", {path.string()},
                  "choose another --to, or overwrite it with --force");
  }
}

void write_all(const fs::path& folder, const std::vector<StarterFile>& files) {
  for (const StarterFile& file : files) {
    const fs::path path = folder / file.path;
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    if (error) throw Failure(exit_code::write_failed, error.message(), {path.parent_path().string()});
    write_file(path.string(), file.text);
  }
}

std::string nothing_replayed(const Replay& replayed) {
  if (replayed.connections > 0)
    return fmt::format("{} north-south calls were recorded without host or path, so none could be replayed\n",
                       replayed.connections);
  if (replayed.answered > 0)
    return fmt::format("the present gateway answered all {} recorded north-south calls itself; the plan lists them\n",
                       replayed.answered);
  return "no north-south call was recorded, so none could be replayed against the routes\n";
}

std::string said(const std::string& to, const std::vector<StarterFile>& files, const Replay& replayed) {
  std::string text = fmt::format("wrote {} files to {}; the plan is {}/README.md\n", files.size(), escape::terminal(to),
                                 escape::terminal(to));
  if (replayed.calls == 0) return text + nothing_replayed(replayed);
  if (std::ranges::none_of(files, [](const StarterFile& file) { return file.path.ends_with(".yaml"); }))
    return text + fmt::format(
                      "no route was written, so none of {} recorded north-south calls could be replayed; the "
                      "plan says what is missing\n",
                      replayed.calls);
  text += fmt::format("{} of {} recorded north-south calls match a generated route", replayed.matched, replayed.calls);
  if (replayed.without_host > 0) text += fmt::format("; {} were recorded without host or path", replayed.without_host);
  text += '\n';
  for (const std::string& lost : replayed.lost) text += fmt::format("  lost: {}\n", escape::terminal(lost));
  return text;
}

int starter(const Flags& flags) {
  const Target& target = wanted_target(flags.target);
  const auto assessed = assess(flags, read_config(flags.config));
  const Assessment& assessment = *assessed->assessment;
  print_diagnostics(assessment.diagnostics, flags.quiet, flags.verbose > 0);
  const std::vector<StarterFile> files = target.generate(assessment);
  if (files.empty()) {
    throw Failure(exit_code::unreadable,
                  fmt::format("nothing to write for {}: no service with a known port was found", target.name), {},
                  "add the manifests of the system to the inputs");
  }
  if (!flags.force) refuse_to_overwrite(flags.to, files);
  write_all(flags.to, files);
  const Replay replayed = replay(assessment, files);
  write_stdout(said(flags.to, files, replayed));
  if (assessed->input_code != 0) return assessed->input_code;
  return replayed.lost.empty() ? exit_code::fine : exit_code::lost_call;
}

}  // namespace

extern const Command starter_command{
    .name = "starter",
    .summary = "write starter configs, a plan and their evidence",
    .example = "nsew starter traces.jsonl manifests/ --target envoy-gateway --to nsew-starter",
    .add_flags = add_flags,
    .run = starter,
};

}  // namespace nsew
