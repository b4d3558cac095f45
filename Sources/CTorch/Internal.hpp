// SPDX-License-Identifier: Apache-2.0
//
// What the implementation files share: the handle and the one place that catches exceptions.
#pragma once
#if !__has_include(<ATen/ATen.h>)
#error "libtorch 2.11.0 is not here: run scripts/libtorch, or set LIBTORCH to a folder with include/ and lib/, and build again."
#endif
#include <ATen/ATen.h>
#include <torch/headeronly/version.h>

#include <atomic>
#include <string>

#include "CTorch.h"

static_assert(TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR == 11,
              "This package is built against libtorch 2.11; run scripts/libtorch to get it.");

namespace ct {
extern std::atomic<int64_t> liveCount;
extern thread_local std::string lastError;

// Runs `body`; a C++ exception becomes `failure` and a message, so none crosses into Swift.
template <class R, class Body> R guarded(R failure, Body &&body) noexcept {
  try {
    return body();
  } catch (const c10::Error &error) {
    lastError = error.what_without_backtrace();
  } catch (const std::exception &error) {
    lastError = error.what();
  } catch (...) {
    lastError = "unknown C++ exception";
  }
  return failure;
}
}  // namespace ct

struct CTTensor {
  at::Tensor value;
  // The bfloat16 copy that mixed-precision layers multiply with; undefined until one asks for it.
  // It stands in the graph for the value, so that gradients come in bfloat16 and need no
  // conversion, and the optimisers renew it in the pass that moves the value.
  mutable at::Tensor narrow;
  mutable uint32_t narrowVersion = 0;

  explicit CTTensor(at::Tensor v) : value(std::move(v)) { ct::liveCount += 1; }
  ~CTTensor() { ct::liveCount -= 1; }

  // The copy, made or renewed when the value is another than it was.
  const at::Tensor &narrowed() const;
  // Where an optimiser may write the copy; null when there is none that follows the value.
  uint16_t *narrowBits() const {
    const bool current = narrow.defined() && narrowVersion == value._version() && narrow.is_cpu();
    return current ? static_cast<uint16_t *>(narrow.mutable_data_ptr()) : nullptr;
  }
  // Tells the graph that value and copy were moved in place.
  void stepped() const {
    const bool current = narrowBits() != nullptr;
    value.unsafeGetTensorImpl()->bump_version();
    if (!current) return;
    narrow.unsafeGetTensorImpl()->bump_version();
    narrowVersion = value._version();
  }
};

struct CTGenerator {
  at::Generator value;
};

namespace ct {
template <class Body> CTTensor *tensor(Body &&body) noexcept {
  return guarded<CTTensor *>(nullptr, [&] { return new CTTensor{body()}; });
}

inline std::vector<at::Tensor> list(CTTensors tensors, int32_t count) {
  std::vector<at::Tensor> result;
  result.reserve(count);
  for (int32_t i = 0; i < count; i++) result.push_back(tensors[i]->value);
  return result;
}

inline c10::Device device(CTDevice d) {
  return d < 0 ? c10::Device(c10::kCPU)
               : c10::Device(c10::kCUDA, static_cast<c10::DeviceIndex>(d));
}

inline at::ScalarType kind(CTKind k) {
  switch (k) {
  case CTKindBool: return at::kBool;
  case CTKindUInt8: return at::kByte;
  case CTKindInt32: return at::kInt;
  case CTKindInt64: return at::kLong;
  case CTKindBFloat16: return at::kBFloat16;
  case CTKindFloat: return at::kFloat;
  case CTKindDouble: return at::kDouble;
  }
  throw std::invalid_argument("unknown element type");
}
}  // namespace ct
