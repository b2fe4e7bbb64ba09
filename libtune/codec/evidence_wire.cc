#include "libtune/codec/evidence_wire.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "google/protobuf/wire_format_lite.h"
#include "libtune/internal/path.h"
#include "tune/v1/recommendation.pb.h"

namespace tune {
namespace {

using google::protobuf::internal::WireFormatLite;

// Writes from the end to the beginning, so that a part's length is known when it is written.
class BackwardWriter {
 public:
  explicit BackwardWriter(size_t guess) : buffer_(guess, '\0'), at_(guess) {}

  size_t written() const { return buffer_.size() - at_; }

  void Text(int field, std::string_view text) {
    if (text.empty()) return;
    std::memcpy(Room(text.size()), text.data(), text.size());
    Varint(text.size());
    Tag(field, WireFormatLite::WIRETYPE_LENGTH_DELIMITED);
  }
  void Double(int field, double value) {
    const uint64_t bits = std::bit_cast<uint64_t>(value);
    if (bits == 0) return;
    uint8_t* to = Room(sizeof(bits));
    for (size_t i = 0; i < sizeof(bits); ++i) to[i] = static_cast<uint8_t>(bits >> (8 * i));
    Tag(field, WireFormatLite::WIRETYPE_FIXED64);
  }
  void Number(int field, uint64_t value) {
    Varint(value);
    Tag(field, WireFormatLite::WIRETYPE_VARINT);
  }
  // What was written since `before` is a message of its own.
  void Message(int field, size_t before) {
    Varint(written() - before);
    Tag(field, WireFormatLite::WIRETYPE_LENGTH_DELIMITED);
  }

  std::string Take() && {
    buffer_.erase(0, at_);
    return std::move(buffer_);
  }

 private:
  uint8_t* Room(size_t size) {
    if (at_ < size) Grow(size);
    at_ -= size;
    return reinterpret_cast<uint8_t*>(buffer_.data()) + at_;
  }
  void Grow(size_t size) {
    const size_t more = std::max(buffer_.size(), size);
    buffer_.insert(0, more, '\0');
    at_ += more;
  }
  void Varint(uint64_t value) {
    uint8_t bytes[10];
    size_t size = 0;
    do {
      bytes[size++] = static_cast<uint8_t>((value & 0x7f) | (value > 0x7f ? 0x80 : 0));
      value >>= 7;
    } while (value > 0);
    std::memcpy(Room(size), bytes, size);
  }
  void Tag(int field, WireFormatLite::WireType type) { Varint(WireFormatLite::MakeTag(field, type)); }

  std::string buffer_;
  size_t at_;  // the first byte that is written
};

// The fields of a message last to first.
void Write(const Term& term, int field, BackwardWriter& out) {
  const size_t before = out.written();
  out.Text(v1::Term::kSourceFieldNumber, term.source);
  out.Text(v1::Term::kUnitFieldNumber, term.unit);
  out.Double(v1::Term::kValueFieldNumber, term.value);
  out.Text(v1::Term::kNameFieldNumber, term.name);
  out.Message(field, before);
}

void Write(std::span<const Term> terms, int field, BackwardWriter& out) {
  for (auto term = terms.rbegin(); term != terms.rend(); ++term) Write(*term, field, out);
}

void Write(const Evidence& step, const std::vector<std::string>& ids, BackwardWriter& out) {
  const size_t before = out.written();
  Write(step.result, v1::Evidence::kResultFieldNumber, out);
  Write(step.caps, v1::Evidence::kCapsFieldNumber, out);
  Write(step.inputs, v1::Evidence::kInputsFieldNumber, out);
  if (step.vertex >= 0) {
    if (static_cast<size_t>(step.vertex) < ids.size()) {
      out.Text(v1::Evidence::kVertexIdFieldNumber, ids[static_cast<size_t>(step.vertex)]);
    }
    out.Number(v1::Evidence::kVertexFieldNumber, static_cast<uint64_t>(step.vertex));
  }
  out.Text(v1::Evidence::kRuleFieldNumber, step.rule);
  out.Message(v1::JobRecommendation::kEvidenceFieldNumber, before);
}

}  // namespace

std::string EvidenceBytes(const EvidenceLog& log, const JobGraph& graph) {
  constexpr size_t kUsualStep = 400;  // bytes
  std::vector<std::string> ids;
  ids.reserve(graph.vertices.size());
  for (const Vertex& vertex : graph.vertices) ids.push_back(Utf8(vertex.id));
  BackwardWriter out(log.size() * kUsualStep);
  for (size_t i = log.size(); i > 0; --i) Write(log[i - 1], ids, out);
  return std::move(out).Take();
}

}  // namespace tune
