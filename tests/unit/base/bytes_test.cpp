#include "base/bytes.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <zlib.h>
#include <zstd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace nsew;

namespace {

// A folder that is gone afterwards.
struct Folder {
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "nsew-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path); }
  std::string file(const std::string& name, const std::string& text) const {
    const auto place = path / name;
    std::filesystem::create_directories(place.parent_path());
    std::ofstream(place, std::ios::binary) << text;
    return place.string();
  }
  std::filesystem::path path;
};

std::string gzip(const std::string& text) {
  z_stream stream{};
  ::deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string packed(::deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  ::deflate(&stream, Z_FINISH);
  packed.resize(packed.size() - stream.avail_out);
  ::deflateEnd(&stream);
  return packed;
}

std::string zstd(const std::string& text) {
  std::string packed(::ZSTD_compressBound(text.size()), '\0');
  packed.resize(::ZSTD_compress(packed.data(), packed.size(), text.data(), text.size(), 3));
  return packed;
}

std::string sample() {
  std::string text;
  std::uint32_t value = 1;
  for (int i = 0; i < 100'000; ++i) value = value * 1664525 + 1013904223, text += std::to_string(value) + "\n";
  return text;
}

}  // namespace

TEST_CASE("a file is read whatever it is packed with, and by content alone") {
  const Folder folder;
  const std::string text = sample();
  struct Case {
    std::string name, bytes, text;
  };
  for (const Case& c : {Case{"plain.gz", text, text}, Case{"packed.txt", gzip(text), text},
                        Case{"packed.zst", zstd(text), text}, Case{"members", gzip(text) + gzip("more"), text + "more"},
                        Case{"frames", zstd(text) + zstd("more"), text + "more"},
                        Case{"padded", gzip(text) + std::string(512, '\0'), text}, Case{"empty", "", ""},
                        Case{"short", "a", "a"}, Case{"nothing.gz", gzip(""), ""}}) {
    CAPTURE(c.name);
    const auto source = open_bytes(folder.file(c.name, c.bytes));
    CHECK(read_all(*source) == c.text);
    CHECK_FALSE(source->cut_short());
  }
}

TEST_CASE("of a packed file that ends early or is damaged, what came before is read") {
  const Folder folder;
  const std::string text = sample();
  struct Case {
    std::string name, bytes;
    bool damaged;
  };
  std::string broken = gzip(text);
  for (std::size_t i = broken.size() / 2; i < broken.size() / 2 + 64; ++i)
    broken[i] = static_cast<char>(broken[i] ^ 0x5A);
  for (const Case& c : {Case{"short.gz", gzip(text).substr(0, 100'000), false},
                        Case{"short.zst", zstd(text).substr(0, zstd(text).size() / 2), false},
                        Case{"magic.gz", "\x1f\x8b", false}, Case{"broken.gz", broken, true}}) {
    CAPTURE(c.name);
    const auto source = open_bytes(folder.file(c.name, c.bytes));
    const std::string got = read_all(*source);
    CHECK(source->cut_short());
    CHECK(source->damage().empty() != c.damaged);
    if (!c.damaged) CHECK(got == text.substr(0, got.size()));
    if (c.bytes.size() > 2) CHECK(got.size() > 1000);
  }
}

TEST_CASE("what cannot be opened says so with the right exit code") {
  const Folder folder;
  const auto code = [](const std::string& path) {
    try {
      const auto source = open_bytes(path);
      read_all(*source);
    } catch (const Failure& failure) {
      return failure.exit_code;
    }
    return 0;
  };
  CHECK(code((folder.path / "missing").string()) == exit_code::no_input);
  CHECK(code(folder.path.string()) == exit_code::unreadable);
  CHECK_THROWS_AS(walk((folder.path / "missing").string()), Failure);
}

TEST_CASE("a document beyond the limit is refused") {
  const Folder folder;
  const std::string path = folder.file("a", std::string(1000, 'x'));
  CHECK_THROWS_AS(read_all(*open_bytes(path), 999), Failure);
  CHECK(read_all(*open_bytes(path), 1000).size() == 1000);
}

TEST_CASE("a walk lists files in order and leaves out what it should not touch") {
  const Folder folder;
  for (const char* name : {"b.json", "a/z.json", "a-b.json", ".hidden", ".git/config", "node_modules/x", "c/d/e"})
    folder.file(name, "x");
  ::mkfifo((folder.path / "pipe").c_str(), 0600);
  std::filesystem::create_directory_symlink(folder.path, folder.path / "c" / "loop");
  std::filesystem::create_symlink("nowhere", folder.path / "dangling");
  std::vector<std::string> names;
  for (const WalkedFile& file : walk(folder.path.string()))
    names.push_back(std::filesystem::relative(file.path, folder.path).string());
  CHECK(names == std::vector<std::string>{"a-b.json", "a/z.json", "b.json", "c/d/e"});
  const auto single = walk((folder.path / "b.json").string());
  REQUIRE(single.size() == 1);
  CHECK(single[0].named);
}
