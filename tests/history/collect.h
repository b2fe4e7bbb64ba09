// A sink that keeps everything, and files to read from.
#pragma once

#include <unistd.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "libtune/history/history.h"
#include "libtune/history/numbers.h"
#include "libtune/ingest/check_sample.h"

namespace tune {

inline std::string Text(const std::optional<double>& value) { return value ? FormatNumber(*value) : "-"; }

inline std::string Text(const TaskSample& sample) {
  std::string out = absl::StrCat(sample.time_ms, " task ", sample.vertex, "[", sample.subtask, "]");
  for (int i = 0; i < kTaskMetricCount; ++i) {
    const TaskMetric metric = static_cast<TaskMetric>(i);
    if (sample.Has(metric)) absl::StrAppend(&out, " ", TaskMetricName(metric), "=", Text(sample.Get(metric)));
  }
  return out;
}
inline std::string Text(const ProcessSample& s) {
  std::string out = absl::StrCat(s.time_ms, s.role == ProcessRole::kTaskManager ? " tm " : " jm ", s.id);
  for (int i = 0; i < kProcessMetricCount; ++i) {
    const ProcessMetric metric = static_cast<ProcessMetric>(i);
    if (s.Has(metric)) absl::StrAppend(&out, " ", ProcessMetricName(metric), "=", Text(s.Get(metric)));
  }
  return out;
}
inline std::string Text(const CollectionSample& s) {
  return absl::StrCat(s.collection.time_ms.value_or(-1), " collection ", s.id, " ", s.collection.cause);
}
inline std::string Text(const SourceSample& s) {
  return absl::StrCat(s.time_ms, " source ", s.vertex, " end=", Text(s.end_offset), " done=", Text(s.committed_offset));
}
inline std::string Text(const JobSample& s) {
  return absl::StrCat(s.time_ms, " job ", static_cast<int>(s.state), " restarts=", Text(s.restarts),
                      " checkpoints=", Text(s.completed_checkpoints), "/", Text(s.failed_checkpoints), " ",
                      Text(s.last_checkpoint_ms));
}
inline std::string Text(const ParallelismSample& s) {
  return absl::StrCat(s.time_ms, " parallelism ", s.vertex, " ", s.parallelism);
}

class CollectSink : public SampleSink {
 public:
  absl::Status Add(const TaskSample& sample) override { return Keep(sample, tasks); }
  absl::Status Add(const ProcessSample& sample) override { return Keep(sample, processes); }
  absl::Status Add(const SourceSample& sample) override { return Keep(sample, sources); }
  absl::Status Add(const JobSample& sample) override { return Keep(sample, jobs); }
  absl::Status Add(const ParallelismSample& sample) override { return Keep(sample, parallelisms); }
  absl::Status Add(const CollectionSample& sample) override { return Keep(sample, collections); }

  std::vector<std::string> all;  // as text, in the order of arrival
  std::vector<TaskSample> tasks;
  std::vector<ProcessSample> processes;
  std::vector<SourceSample> sources;
  std::vector<JobSample> jobs;
  std::vector<ParallelismSample> parallelisms;
  std::vector<CollectionSample> collections;

 private:
  template <typename Sample>
  absl::Status Keep(const Sample& sample, std::vector<Sample>& list) {
    all.push_back(Text(sample));
    list.push_back(sample);
    return absl::OkStatus();
  }
};

struct Everything {
  absl::Status status;
  HistoryOutline outline;
  CollectSink samples;
};

// Both passes.
inline Everything ReadEverything(HistoryReader& reader) {
  Everything result;
  absl::StatusOr<HistoryOutline> outline = reader.Outline(nullptr);
  result.status = outline.status();
  if (!outline.ok()) return result;
  result.outline = *std::move(outline);
  result.status = reader.Read(result.outline.graph, result.samples, nullptr);
  return result;
}

inline std::string Gzip(const std::string& bytes) {
  z_stream stream = {};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(compressBound(bytes.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

// A folder of this test's own, emptied at its start.
class Folder {
 public:
  Folder() {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    // With the process id: the same tests of another build may run at the same time.
    path_ = std::filesystem::path(testing::TempDir()) /
            absl::StrCat("history-", info->test_suite_name(), "-", info->name(), "-", getpid());
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }

  std::string path() const { return path_.string(); }
  std::string Path(const std::string& name) const { return (path_ / name).string(); }
  std::string Write(const std::string& name, const std::string& bytes) const {
    std::ofstream(path_ / name, std::ios::binary) << bytes;
    return Path(name);
  }

 private:
  std::filesystem::path path_;
};

}  // namespace tune
