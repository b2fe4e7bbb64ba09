#include <cstdio>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "libtune/cli/commands.h"
#include "libtune/cli/load_job.h"
#include "libtune/cli/score/truth.h"
#include "libtune/cli/terminal.h"
#include "libtune/history/csv_writer.h"
#include "libtune/history/gc_log/beside_history.h"
#include "libtune/history/graph_json.h"

namespace tune {
namespace {

absl::Status WriteSamples(std::vector<std::unique_ptr<HistoryReader>>& readers, const JobGraph& graph,
                          const std::string& path) {
  absl::StatusOr<std::unique_ptr<CsvWriter>> writer = CsvWriter::Create(path, graph);
  if (!writer.ok()) return writer.status();
  for (auto& reader : readers) {
    const absl::Status read = reader->Read(graph, **writer, TerminalProgress("writing"));
    EndProgress();
    if (!read.ok()) return read;
  }
  return (*writer)->Close();
}

// GC logs stay as they are: they are read beside the history in any format.
absl::Status CopyGcLogs(const Arguments& a) {
  for (const std::string& history : a.histories) {
    for (const ProcessGcLog& log : FindGcLogs(history)) {
      for (const std::string& path : log.paths) {
        const std::filesystem::path to = std::filesystem::path(a.out) / std::filesystem::path(path).filename();
        std::error_code error;
        std::filesystem::copy_file(path, to, std::filesystem::copy_options::overwrite_existing, error);
        // A copy is the user's own, wherever the log came from.
        if (!error)
          std::filesystem::permissions(to, std::filesystem::perms::owner_write, std::filesystem::perm_options::add,
                                       error);
        if (error) return absl::UnavailableError(absl::StrCat(to.string(), ": ", error.message()));
      }
    }
  }
  return absl::OkStatus();
}

absl::Status Convert(const Arguments& a) {
  absl::StatusOr<std::vector<std::unique_ptr<HistoryReader>>> readers = OpenAll(a);
  if (!readers.ok()) return readers.status();
  absl::StatusOr<HistoryOutline> outline = OutlineOf(*readers, a);
  if (!outline.ok()) return outline.status();
  std::error_code error;
  std::filesystem::create_directories(a.out, error);
  if (error) return absl::UnavailableError(absl::StrCat(a.out, ": ", error.message()));
  if (auto status = WriteSamples(*readers, outline->graph, absl::StrCat(a.out, "/history.csv.gz")); !status.ok())
    return status;
  if (auto status = WriteGraphJson(absl::StrCat(a.out, "/graph.json"), outline->graph, outline->facts); !status.ok())
    return status;
  if (auto status = CopyGcLogs(a); !status.ok()) return status;
  // A recording's truth goes along, so that the dataset can be scored.
  const absl::StatusOr<Truth> truth = ReadTruth(a.histories.front());
  if (!truth.ok()) return absl::IsNotFound(truth.status()) ? absl::OkStatus() : truth.status();
  return WriteTextFile(absl::StrCat(a.out, "/truth.json"), FormatTruth(*truth));
}

}  // namespace

int RunConvert(const Arguments& a) {
  if (auto status = Convert(a); !status.ok()) return Fail(status);
  std::printf("wrote %s\n", a.out.c_str());
  return kExitOk;
}

}  // namespace tune
