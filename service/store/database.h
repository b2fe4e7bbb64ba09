// One SQLite connection, with what it prepared. Used by one thread at a time.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace tune {

struct DatabaseOptions {
  std::string path;
  bool read_only = false;
  absl::Duration busy_timeout = absl::Seconds(5);  // how long to wait for another process that holds the file
  int64_t most_value_bytes = 256 << 20;            // of one value, written or read
};

// Errors: kResourceExhausted, no room on the disk or within the file's quota; kUnavailable, another process holds the
// file, or the disk fails; kDataLoss, the file is damaged or not SQLite's; kPermissionDenied, kNotFound, the file
// cannot be opened; kInternal, a constraint or a statement that is wrong.
class Database {
 public:
  // A file that is absent is made, readable by its owner alone.
  static absl::StatusOr<std::unique_ptr<Database>> Open(const DatabaseOptions& options);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Statements without values and rows.
  absl::Status Run(const std::string& sql);
  // False: no transaction, or an error ended it.
  bool in_transaction() const { return sqlite3_get_autocommit(db_) == 0; }
  // Rows that the last statement wrote.
  int64_t changes() const { return sqlite3_changes64(db_); }
  const std::string& path() const { return path_; }

 private:
  friend class Query;

  explicit Database(std::string path) : path_(std::move(path)) {}
  absl::Status Configure(const DatabaseOptions& options);
  absl::Status ErrorOf(int code) const;
  absl::StatusOr<sqlite3_stmt*> Prepared(const std::string& sql);

  sqlite3* db_ = nullptr;
  const std::string path_;
  std::unordered_map<std::string, sqlite3_stmt*> statements_;  // by their text
};

// Bytes, where a text would be a std::string.
struct Blob {
  const std::string& bytes;
};

// One run of a statement: `Query query(db, "SELECT … WHERE id = ?", id)`. The values must outlive it, and no two of one
// statement be alive at a time.
class Query {
 public:
  // `sql` is a literal.
  template <typename... Values>
  Query(Database& db, const std::string& sql, const Values&... values) : db_(db) {
    Begin(sql);
    int at = 0;
    (Bind(++at, values), ...);
  }
  ~Query();
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  // True: a row is there to be read.
  absl::StatusOr<bool> Next();
  // To the end, whatever the rows.
  absl::Status Run();

  // Of the row, by column from 0. Of another type than asked for: 0 or empty.
  int64_t Int(int column) const;
  std::string Bytes(int column) const;  // text or blob
  bool IsNull(int column) const;

 private:
  void Begin(const std::string& sql);
  void Bind(int at, int64_t value);
  void Bind(int at, const std::string& text);
  void Bind(int at, const Blob& blob);
  void Keep(int code);

  Database& db_;
  sqlite3_stmt* statement_ = nullptr;
  absl::Status status_;  // the first error
};

// The first column of the first row of `sql`, a literal. kDataLoss: there is no row.
absl::StatusOr<int64_t> ReadInt(Database& db, const char* sql);

}  // namespace tune
