#include "service/store/schema.h"

#include <iterator>
#include <string>

#include "absl/strings/str_cat.h"
#include "libtune/internal/path.h"

namespace tune {
namespace {

constexpr int64_t kApplication = 0x74756e65;  // "tune", in the file's header

// Never changed once released: a change of the tables is a migration more. Migration i leads to user_version i + 1.
//
// A push's sequence and a checkpoint's count within their job. keys.owner: the job's id; 0: policies. Whatever grows
// and is never given twice is AUTOINCREMENT.
constexpr const char* kMigrations[] = {R"sql(
CREATE TABLE jobs(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  ns TEXT NOT NULL, name TEXT NOT NULL, kind INTEGER NOT NULL,
  last_sequence INTEGER NOT NULL, heard_ms INTEGER NOT NULL,
  UNIQUE(ns, name, kind)) STRICT;
CREATE TABLE pushes(
  id INTEGER PRIMARY KEY,
  job INTEGER NOT NULL, sequence INTEGER NOT NULL, time_ms INTEGER NOT NULL,
  payload BLOB NOT NULL, checksum INTEGER NOT NULL,
  UNIQUE(job, sequence)) STRICT;
CREATE TABLE checkpoints(
  job INTEGER PRIMARY KEY,
  sequence INTEGER NOT NULL, time_ms INTEGER NOT NULL, blob BLOB NOT NULL, checksum INTEGER NOT NULL) STRICT;
CREATE TABLE keys(
  id INTEGER PRIMARY KEY,
  owner INTEGER NOT NULL, key BLOB NOT NULL, hash BLOB NOT NULL,
  number INTEGER NOT NULL, answer BLOB NOT NULL, checksum INTEGER NOT NULL, time_ms INTEGER NOT NULL,
  UNIQUE(owner, key)) STRICT;
CREATE INDEX keys_by_time ON keys(time_ms);
CREATE TABLE recommendations(
  job INTEGER PRIMARY KEY,
  decision INTEGER NOT NULL, time_ms INTEGER NOT NULL, blob BLOB NOT NULL, checksum INTEGER NOT NULL) STRICT;
CREATE TABLE decisions(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  job INTEGER NOT NULL, time_ms INTEGER NOT NULL, kind TEXT NOT NULL, reason TEXT NOT NULL,
  blob BLOB NOT NULL, checksum INTEGER NOT NULL) STRICT;
CREATE INDEX decisions_by_job ON decisions(job, id);
CREATE INDEX decisions_by_time ON decisions(time_ms);
CREATE TABLE policies(
  revision INTEGER PRIMARY KEY AUTOINCREMENT,
  level INTEGER NOT NULL, ns TEXT NOT NULL, name TEXT NOT NULL, kind INTEGER NOT NULL,
  who TEXT NOT NULL, time_ms INTEGER NOT NULL, blob BLOB NOT NULL, checksum INTEGER NOT NULL,
  UNIQUE(level, ns, name, kind)) STRICT;
)sql",
                                       R"sql(
CREATE TABLE changes(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  job INTEGER NOT NULL, open INTEGER NOT NULL, begun_ms INTEGER NOT NULL, time_ms INTEGER NOT NULL,
  blob BLOB NOT NULL, checksum INTEGER NOT NULL) STRICT;
CREATE INDEX changes_by_job ON changes(job, id);
CREATE INDEX changes_by_time ON changes(time_ms);
CREATE INDEX changes_open ON changes(id) WHERE open = 1;
)sql",
                                       R"sql(
CREATE TABLE pauses(
  revision INTEGER PRIMARY KEY AUTOINCREMENT,
  level INTEGER NOT NULL, ns TEXT NOT NULL, name TEXT NOT NULL, kind INTEGER NOT NULL,
  who TEXT NOT NULL, time_ms INTEGER NOT NULL, blob BLOB NOT NULL, checksum INTEGER NOT NULL,
  UNIQUE(level, ns, name, kind)) STRICT;
)sql"};
constexpr auto kVersion = static_cast<int64_t>(std::size(kMigrations));

absl::Status Refused(const Database& db, const std::string& why) {
  return absl::FailedPreconditionError(absl::StrCat("store ", Quoted(db.path()), ": ", why));
}

absl::Status Migrate(Database& db, int64_t version) {
  for (int64_t next = version; next < kVersion; ++next) {
    auto status = db.Run(absl::StrCat("BEGIN IMMEDIATE;", kMigrations[next], "PRAGMA application_id = ", kApplication,
                                      "; PRAGMA user_version = ", next + 1, "; COMMIT;"));
    if (status.ok()) continue;
    if (db.in_transaction()) db.Run("ROLLBACK").IgnoreError();
    return status;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> TablesOf(Database& db) {
  Query query(db, "SELECT type || ' ' || name || ': ' || coalesce(sql, '') FROM sqlite_schema ORDER BY 1");
  std::string tables;
  while (true) {
    const auto row = query.Next();
    if (!row.ok()) return row.status();
    if (!*row) return tables;
    absl::StrAppend(&tables, query.Bytes(0), "\n");
  }
}

// The tables are those that the migrations make: no other, and none made otherwise.
absl::Status CheckTables(Database& db) {
  DatabaseOptions in_memory;
  in_memory.path = ":memory:";
  auto fresh = Database::Open(in_memory);
  if (!fresh.ok()) return fresh.status();
  if (auto status = Migrate(**fresh, 0); !status.ok()) return status;
  const auto want = TablesOf(**fresh), have = TablesOf(db);
  if (!want.ok()) return want.status();
  if (!have.ok()) return have.status();
  if (*want == *have) return absl::OkStatus();
  return Refused(db,
                 "its tables are not those of its version: somebody changed them; put back a copy of the file, or "
                 "name another");
}

absl::Status CheckIntegrity(Database& db) {
  Query query(db, "PRAGMA quick_check(1)");
  const auto row = query.Next();
  if (!row.ok()) return row.status();
  const std::string answer = query.Bytes(0);
  if (answer == "ok") return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("store ", Quoted(db.path()), ": damaged: ", Quoted(answer)));
}

}  // namespace

absl::Status PrepareSchema(Database& db) {
  const auto application = ReadInt(db, "PRAGMA application_id"), version = ReadInt(db, "PRAGMA user_version");
  if (!application.ok()) return application.status();
  if (!version.ok()) return version.status();
  const auto tables = ReadInt(db, "SELECT count(*) FROM sqlite_schema");
  if (!tables.ok()) return tables.status();
  const bool is_new = *application == 0 && *version == 0 && *tables == 0;
  if (!is_new && *application != kApplication) {
    return Refused(db, "another program's SQLite file; name another, or one that is not there yet");
  }
  if (!is_new && (*version < 1 || *version > kVersion)) {
    return Refused(db, absl::StrCat("version ", *version, " of its tables; this program knows 1 to ", kVersion,
                                    ": run the newer program that wrote it, or name another file"));
  }
  if (is_new) {
    if (auto status = db.Run("PRAGMA auto_vacuum = INCREMENTAL"); !status.ok()) return status;
  } else {
    if (auto status = CheckIntegrity(db); !status.ok()) return status;
  }
  if (auto status = Migrate(db, *version); !status.ok()) return status;
  return CheckTables(db);
}

absl::Status LimitFile(Database& db, int64_t most_bytes) {
  const auto page = ReadInt(db, "PRAGMA page_size");
  if (!page.ok()) return page.status();
  return db.Run(absl::StrCat("PRAGMA max_page_count = ", most_bytes / *page));
}

}  // namespace tune
