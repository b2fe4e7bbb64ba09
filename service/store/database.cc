#include "service/store/database.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libtune/internal/path.h"

namespace tune {
namespace {

absl::StatusCode CodeOf(int code, int system_error) {
  if (system_error == ENOSPC || system_error == EDQUOT || system_error == EFBIG) {
    return absl::StatusCode::kResourceExhausted;
  }
  switch (code & 0xff) {
    case SQLITE_FULL:
    case SQLITE_NOMEM:
      return absl::StatusCode::kResourceExhausted;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_IOERR:
    case SQLITE_PROTOCOL:
      return absl::StatusCode::kUnavailable;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
    case SQLITE_TOOBIG:
      return absl::StatusCode::kDataLoss;
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_AUTH:
      return absl::StatusCode::kPermissionDenied;
    case SQLITE_CANTOPEN:
      return system_error == EACCES ? absl::StatusCode::kPermissionDenied : absl::StatusCode::kNotFound;
    default:
      return absl::StatusCode::kInternal;
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<Database>> Database::Open(const DatabaseOptions& options) {
  std::unique_ptr<Database> database(new Database(options.path));
  errno = 0;
  const int code = sqlite3_open_v2(options.path.c_str(), &database->db_,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  if (code != SQLITE_OK) return database->ErrorOf(code);
  if (auto status = database->Configure(options); !status.ok()) return status;
  return database;
}

// The file may hold what somebody else wrote into it: nothing in it may run, and no value may be larger than ours are.
absl::Status Database::Configure(const DatabaseOptions& options) {
  sqlite3_extended_result_codes(db_, 1);
  sqlite3_busy_timeout(db_, static_cast<int>(absl::ToInt64Milliseconds(options.busy_timeout)));
  sqlite3_limit(db_, SQLITE_LIMIT_LENGTH, static_cast<int>(options.most_value_bytes));
  const std::pair<int, int> settings[] = {{SQLITE_DBCONFIG_DEFENSIVE, 1},
                                          {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},
                                          {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
                                          {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0}};
  for (const auto& [setting, value] : settings) {
    if (int code = sqlite3_db_config(db_, setting, value, nullptr); code != SQLITE_OK) return ErrorOf(code);
  }
  return Run(absl::StrCat("PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY; PRAGMA synchronous = FULL; ",
                          options.read_only ? "PRAGMA query_only = ON;" : ""));
}

Database::~Database() {
  for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close(db_);
}

absl::Status Database::Run(const std::string& sql) {
  errno = 0;
  const int code = sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? absl::OkStatus() : ErrorOf(code);
}

// SQLite hands on the system's error for few of its calls only; the thread still has it. Callers set it to 0 before.
absl::Status Database::ErrorOf(int code) const {
  const int kind = code & 0xff;
  const int system_error = kind == SQLITE_IOERR || kind == SQLITE_CANTOPEN ? errno : 0;
  const std::string text = db_ == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(db_);
  return {CodeOf(code, system_error), absl::StrCat("store ", Quoted(path_), ": ", text, system_error != 0 ? ": " : "",
                                                   system_error != 0 ? std::strerror(system_error) : "")};
}

absl::StatusOr<sqlite3_stmt*> Database::Prepared(const std::string& sql) {
  const auto it = statements_.find(sql);
  if (it != statements_.end()) return it->second;
  sqlite3_stmt* statement = nullptr;
  errno = 0;
  const int code = sqlite3_prepare_v3(db_, sql.c_str(), -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return ErrorOf(code);
  statements_.emplace(sql, statement);
  return statement;
}

void Query::Begin(const std::string& sql) {
  auto statement = db_.Prepared(sql);
  if (statement.ok()) {
    statement_ = *statement;
  } else {
    status_ = statement.status();
  }
}

Query::~Query() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

void Query::Keep(int code) {
  if (code != SQLITE_OK && status_.ok()) status_ = db_.ErrorOf(code);
}

void Query::Bind(int at, int64_t value) {
  if (status_.ok()) Keep(sqlite3_bind_int64(statement_, at, value));
}

void Query::Bind(int at, const std::string& text) {
  if (!status_.ok()) return;
  Keep(sqlite3_bind_text64(statement_, at, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8));
}

void Query::Bind(int at, const Blob& blob) {
  if (!status_.ok()) return;
  Keep(sqlite3_bind_blob64(statement_, at, blob.bytes.data(), blob.bytes.size(), SQLITE_STATIC));
}

absl::StatusOr<bool> Query::Next() {
  if (!status_.ok()) return status_;
  errno = 0;
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  Keep(code);
  return status_;
}

absl::Status Query::Run() {
  while (true) {
    const auto row = Next();
    if (!row.ok()) return row.status();
    if (!*row) return absl::OkStatus();
  }
}

int64_t Query::Int(int column) const { return sqlite3_column_int64(statement_, column); }

std::string Query::Bytes(int column) const {
  const void* bytes = sqlite3_column_blob(statement_, column);
  if (bytes == nullptr) return {};
  return {static_cast<const char*>(bytes), static_cast<size_t>(sqlite3_column_bytes(statement_, column))};
}

bool Query::IsNull(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

absl::StatusOr<int64_t> ReadInt(Database& db, const char* sql) {
  Query query(db, sql);
  const auto row = query.Next();
  if (!row.ok()) return row.status();
  if (!*row) return absl::DataLossError(absl::StrCat("store ", Quoted(db.path()), ": no answer to ", sql));
  return query.Int(0);
}

}  // namespace tune
