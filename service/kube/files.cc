#include "service/kube/files.h"

#include <fstream>

#include "absl/strings/str_cat.h"
#include "libtune/internal/not_allowed.h"
#include "libtune/internal/path.h"

namespace tune {

absl::StatusOr<std::string> ReadSmallFile(const char* what, const std::string& path, int64_t most_bytes) {
  std::ifstream in(path, std::ios::binary);
  std::string text(static_cast<size_t>(most_bytes) + 1, '\0');
  in.read(text.data(), most_bytes + 1);
  if (in.bad() || (in.gcount() == 0 && !in.eof())) {
    return absl::NotFoundError(absl::StrCat(what, " ", Quoted(path), ": cannot be read"));
  }
  if (in.gcount() > most_bytes) {
    return NotAllowed(absl::StrCat(what, " ", Quoted(path)), "larger", absl::StrCat("at most ", most_bytes, " bytes"));
  }
  text.resize(static_cast<size_t>(in.gcount()));
  return text;
}

}  // namespace tune
