// Idempotency keys: who sends a request again gets the answer of the first time.
#include "absl/strings/str_cat.h"
#include "libtune/internal/path.h"
#include "service/store/checksum.h"
#include "service/store/tables.h"

namespace tune {
namespace {

int64_t SumOf(int64_t owner, const IdempotencyKey& key, const KnownKey& known) {
  return ChecksumOf(absl::StrCat("keys ", owner, " ", known.number, " ", key.key.size(), " ", key.key, key.hash),
                    known.answer);
}

}  // namespace

absl::StatusOr<std::optional<KnownKey>> FindKey(Database& db, int64_t owner, const IdempotencyKey& key) {
  if (key.key.empty()) return std::nullopt;
  Query query(db, "SELECT hash, number, answer, checksum FROM keys WHERE owner = ? AND key = ?", owner, Blob{key.key});
  const auto row = query.Next();
  if (!row.ok()) return row.status();
  if (!*row) return std::nullopt;
  const KnownKey known = {query.Int(1), query.Bytes(2)};
  const IdempotencyKey stored = {key.key, query.Bytes(0)};
  if (SumOf(owner, stored, known) != query.Int(3)) {
    return NotAsWritten(absl::StrCat("idempotency key ", key.key), "keys");
  }
  if (stored.hash == key.hash) return known;
  return absl::AlreadyExistsError(absl::StrCat("idempotency key ", Quoted(key.key),
                                               " was used for another request; send this one under a new key"));
}

absl::Status WriteKey(Database& db, int64_t owner, const IdempotencyKey& key, const KnownKey& known, absl::Time time) {
  if (key.key.empty()) return absl::OkStatus();
  return Query(db, "INSERT INTO keys(owner, key, hash, number, answer, checksum, time_ms) VALUES(?, ?, ?, ?, ?, ?, ?)",
               owner, Blob{key.key}, Blob{key.hash}, known.number, Blob{known.answer}, SumOf(owner, key, known),
               absl::ToUnixMillis(time))
      .Run();
}

}  // namespace tune
