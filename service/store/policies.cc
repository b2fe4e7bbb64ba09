// Policies and pauses: one for each scope that has one, each change with a revision of its own.
#include "absl/strings/str_cat.h"
#include "libtune/internal/path.h"
#include "service/store/checksum.h"
#include "service/store/tables.h"

namespace tune {
namespace {

std::string NameOf(ScopedTable table) { return table == ScopedTable::kPolicies ? "policies" : "pauses"; }
std::string OneOf(ScopedTable table) { return table == ScopedTable::kPolicies ? "policy" : "pause"; }

int64_t SumOf(ScopedTable table, const PolicyRecord& policy) {
  return ChecksumOf(absl::StrCat(NameOf(table), " ", ToText(policy.scope), " ", absl::ToUnixMillis(policy.time), " ",
                                 policy.who.size(), " ", policy.who),
                    policy.blob);
}

// Of the scope; 0: it has none.
absl::StatusOr<int64_t> RevisionOf(Database& db, ScopedTable table, const PolicyScope& scope) {
  Query query(
      db, absl::StrCat("SELECT revision FROM ", NameOf(table), " WHERE level = ? AND ns = ? AND name = ? AND kind = ?"),
      static_cast<int64_t>(scope.level), scope.job.ns, scope.job.name, static_cast<int64_t>(scope.job.kind));
  const auto row = query.Next();
  if (!row.ok()) return row.status();
  return *row ? query.Int(0) : 0;
}

// The revision that the scope has; kAborted: not the one that the change stands on.
absl::StatusOr<int64_t> CheckRevision(Database& db, ScopedTable table, const PolicyScope& scope,
                                      const PolicyChange& change) {
  const auto revision = RevisionOf(db, table, scope);
  if (!revision.ok() || !change.expected_revision || *change.expected_revision == *revision) return revision;
  return absl::AbortedError(absl::StrCat(OneOf(table), " of ", Quoted(ToText(scope)),
                                         ": expected_revision = ", *change.expected_revision, ", and it is at ",
                                         *revision, *revision == 0 ? ", there is none" : "", ": read it again"));
}

absl::Status Delete(Database& db, ScopedTable table, int64_t revision) {
  return Query(db, absl::StrCat("DELETE FROM ", NameOf(table), " WHERE revision = ?"), revision).Run();
}

// revision, level, ns, name, kind, who, time_ms, blob, checksum
StoredPolicy ReadPolicy(ScopedTable table, const Query& query) {
  StoredPolicy stored;
  stored.revision = query.Int(0);
  PolicyRecord read;
  read.blob = query.Bytes(7);
  read.who = query.Bytes(5);
  read.time = absl::FromUnixMillis(query.Int(6));
  read.scope.job = JobOf(query, 2, stored.damage);
  const int64_t level = query.Int(1);
  if (level >= 0 && level <= static_cast<int64_t>(PolicyScope::Level::kJob)) {
    read.scope.level = static_cast<PolicyScope::Level>(level);
  } else {
    AddDamage(absl::DataLossError(absl::StrCat(OneOf(table), " ", stored.revision, ": level = ", level, " is none")),
              stored.damage);
  }
  stored.policy.scope = read.scope;
  if (SumOf(table, read) != query.Int(8)) AddDamage(NotAsWritten(ToText(read.scope), NameOf(table)), stored.damage);
  if (stored.damage.ok()) stored.policy = std::move(read);
  return stored;
}

}  // namespace

std::string ToText(const PolicyScope& scope) {
  switch (scope.level) {
    case PolicyScope::Level::kDefault:
      return "default";
    case PolicyScope::Level::kNamespace:
      return absl::StrCat("namespace ", scope.job.ns);
    case PolicyScope::Level::kJob:
      break;
  }
  return absl::StrCat("job ", ToText(scope.job));
}

absl::StatusOr<int64_t> PutPolicy(Database& db, ScopedTable table, const PolicyRecord& policy,
                                  const PolicyChange& change) {
  const auto known = FindKey(db, kPoliciesOwner, change.key);
  if (!known.ok()) return known.status();
  if (*known) return (*known)->number;
  const auto before = CheckRevision(db, table, policy.scope, change);
  if (!before.ok()) return before.status();
  if (auto status = Delete(db, table, *before); !status.ok()) return status;
  int64_t revision = 0;
  {
    Query query(db,
                absl::StrCat("INSERT INTO ", NameOf(table),
                             "(level, ns, name, kind, who, time_ms, blob, checksum) "
                             "VALUES(?, ?, ?, ?, ?, ?, ?, ?) RETURNING revision"),
                static_cast<int64_t>(policy.scope.level), policy.scope.job.ns, policy.scope.job.name,
                static_cast<int64_t>(policy.scope.job.kind), policy.who, absl::ToUnixMillis(policy.time),
                Blob{policy.blob}, SumOf(table, policy));
    const auto row = query.Next();
    if (!row.ok()) return row.status();
    revision = query.Int(0);
  }
  if (auto status = WriteKey(db, kPoliciesOwner, change.key, {revision, ""}, policy.time); !status.ok()) return status;
  return revision;
}

absl::StatusOr<int64_t> RemovePolicy(Database& db, ScopedTable table, const PolicyScope& scope,
                                     const PolicyChange& change, absl::Time time) {
  const auto known = FindKey(db, kPoliciesOwner, change.key);
  if (!known.ok()) return known.status();
  if (*known) return (*known)->number;
  const auto revision = CheckRevision(db, table, scope, change);
  if (!revision.ok()) return revision.status();
  if (*revision == 0)
    return absl::NotFoundError(absl::StrCat(OneOf(table), " of ", Quoted(ToText(scope)), ": there is none"));
  if (auto status = Delete(db, table, *revision); !status.ok()) return status;
  if (auto status = WriteKey(db, kPoliciesOwner, change.key, {*revision, ""}, time); !status.ok()) return status;
  return *revision;
}

absl::StatusOr<std::optional<StoredPolicy>> GetPolicy(Database& db, ScopedTable table, const PolicyScope& scope) {
  Query query(db,
              absl::StrCat("SELECT revision, level, ns, name, kind, who, time_ms, blob, checksum FROM ", NameOf(table),
                           " WHERE level = ? AND ns = ? AND name = ? AND kind = ?"),
              static_cast<int64_t>(scope.level), scope.job.ns, scope.job.name, static_cast<int64_t>(scope.job.kind));
  const auto row = query.Next();
  if (!row.ok()) return row.status();
  if (!*row) return std::nullopt;
  StoredPolicy stored = ReadPolicy(table, query);
  if (!stored.damage.ok()) return stored.damage;
  return stored;
}

absl::StatusOr<std::vector<StoredPolicy>> ListPolicies(Database& db, ScopedTable table, int64_t after_revision,
                                                       int64_t most) {
  Query query(db,
              absl::StrCat("SELECT revision, level, ns, name, kind, who, time_ms, blob, checksum FROM ", NameOf(table),
                           " WHERE revision > ? ORDER BY revision LIMIT ?"),
              after_revision, most);
  std::vector<StoredPolicy> policies;
  size_t bytes = 0;
  while (bytes < kMostListBytes) {
    const auto row = query.Next();
    if (!row.ok()) return row.status();
    if (!*row) break;
    policies.push_back(ReadPolicy(table, query));
    bytes += policies.back().policy.blob.size();
  }
  return policies;
}

}  // namespace tune
