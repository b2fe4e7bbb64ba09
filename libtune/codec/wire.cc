#include "libtune/codec/wire.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/wire_format_lite.h"
#include "libtune/codec/limits.h"
#include "libtune/internal/not_allowed.h"

namespace tune {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

// Walks the bytes of a message and of those within it, storing nothing. Counts what would be an object of its own:
// messages, texts, and fields of no known number.
class ElementCount {
 public:
  // False when the bytes are no such message, or hold more elements than are allowed.
  bool Walk(CodedInputStream& in, const Descriptor& type) {
    while (const uint32_t tag = in.ReadTag()) {
      const FieldDescriptor* field = type.FindFieldByNumber(WireFormatLite::GetTagFieldNumber(tag));
      const bool nested = field != nullptr && field->type() == FieldDescriptor::TYPE_MESSAGE &&
                          WireFormatLite::GetTagWireType(tag) == WireFormatLite::WIRETYPE_LENGTH_DELIMITED;
      const bool is_object = field == nullptr || nested || field->cpp_type() == FieldDescriptor::CPPTYPE_STRING;
      if (is_object && ++count_ > limits::kMessageElements) return false;
      if (!(nested ? WalkNested(in, *field->message_type()) : WireFormatLite::SkipField(&in, tag))) return false;
    }
    return in.ConsumedEntireMessage();
  }

  bool too_many() const { return count_ > limits::kMessageElements; }

 private:
  bool WalkNested(CodedInputStream& in, const Descriptor& type) {
    int length = 0;
    if (!in.ReadVarintSizeAsInt(&length)) return false;
    const auto [outer, depth] = in.IncrementRecursionDepthAndPushLimit(length);
    return depth >= 0 && Walk(in, type) && in.DecrementRecursionDepthAndPopLimit(outer);
  }

  int64_t count_ = 0;
};

}  // namespace

std::string SerializeDeterministic(const google::protobuf::Message& message) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream out(&stream);
    out.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&out);
  }
  return bytes;
}

std::string AsField(int number, const std::string& message) {
  std::string bytes;
  bytes.reserve(message.size() + 16);
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream out(&stream);
    out.WriteTag(WireFormatLite::MakeTag(number, WireFormatLite::WIRETYPE_LENGTH_DELIMITED));
    out.WriteVarint32(static_cast<uint32_t>(message.size()));
  }
  return bytes += message;
}

absl::Status ParseWire(const std::string& bytes, google::protobuf::Message& message) {
  const std::string name = message.GetTypeName();
  if (static_cast<int64_t>(bytes.size()) > limits::kMessageBytes) {
    return NotAllowed(name, absl::StrCat(bytes.size(), " bytes"), absl::StrCat("at most ", limits::kMessageBytes));
  }
  CodedInputStream in(reinterpret_cast<const uint8_t*>(bytes.data()), static_cast<int>(bytes.size()));
  ElementCount elements;
  const bool walked = elements.Walk(in, *message.GetDescriptor());
  if (elements.too_many()) {
    return NotAllowed(name, "too many parts", absl::StrCat("at most ", limits::kMessageElements));
  }
  if (!walked || !message.ParseFromString(bytes)) {
    return NotAllowed(name, absl::StrCat(bytes.size(), " bytes that are no such message"),
                      "its fields in Protobuf's wire format, texts in UTF-8");
  }
  return absl::OkStatus();
}

}  // namespace tune
