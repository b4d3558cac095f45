// SPDX-License-Identifier: Apache-2.0
//
// Tensors: life, facts, random numbers, arithmetic, shape.
#include "Internal.hpp"
#include "compressed_rows.hpp"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>

using namespace ct;

std::atomic<int64_t> ct::liveCount{0};
thread_local std::string ct::lastError;

// Errors and lifetime

const char *ct_last_error(void) { return lastError.c_str(); }
void ct_free(CTTensor *t) { delete t; }
int64_t ct_live_count(void) { return liveCount; }

// Facts

int32_t ct_rank(const CTTensor *t) { return static_cast<int32_t>(t->value.dim()); }

int64_t ct_size(const CTTensor *t, int32_t dim) {
  return guarded<int64_t>(-1, [&] { return t->value.size(dim); });
}

CTKind ct_kind(const CTTensor *t) {
  switch (t->value.scalar_type()) {
  case at::kBool: return CTKindBool;
  case at::kByte: return CTKindUInt8;
  case at::kInt: return CTKindInt32;
  case at::kLong: return CTKindInt64;
  case at::kBFloat16: return CTKindBFloat16;
  case at::kDouble: return CTKindDouble;
  default: return CTKindFloat;
  }
}

CTDevice ct_device(const CTTensor *t) {
  return t->value.is_cuda() ? static_cast<CTDevice>(t->value.get_device()) : -1;
}

void *ct_data(const CTTensor *t) {
  if (!t->value.is_cpu() || isCompressed(t->value) || !t->value.is_contiguous()) return nullptr;
  return t->value.data_ptr();
}

// Making and moving

CTResult ct_from_host(const void *data, const int64_t *shape, int32_t rank, CTKind k,
                      CTDevice d) {
  return tensor([&] {
    auto borrowed = at::from_blob(const_cast<void *>(data), at::IntArrayRef(shape, rank),
                                  at::TensorOptions().dtype(kind(k)));
    return d < 0 ? borrowed.clone() : borrowed.to(device(d));
  });
}

bool ct_to_host(const CTTensor *t, void *destination, size_t byte_count) {
  return guarded(false, [&] {
    auto source = t->value.detach().to(at::kCPU).contiguous();
    TORCH_CHECK(source.nbytes() == byte_count, "the destination has ", byte_count,
                " bytes, the tensor ", source.nbytes());
    if (byte_count > 0) memcpy(destination, source.const_data_ptr(), byte_count);
    return true;
  });
}

CTResult ct_full(double value, const int64_t *shape, int32_t rank, CTKind k, CTDevice d) {
  return tensor([&] {
    return at::full(at::IntArrayRef(shape, rank), value,
                    at::TensorOptions().dtype(kind(k)).device(device(d)));
  });
}

CTResult ct_to(const CTTensor *t, CTKind k, CTDevice d) {
  return tensor([&] { return t->value.to(device(d), kind(k)); });
}

CTResult ct_clone(const CTTensor *t) {
  return tensor([&] { return t->value.clone(at::MemoryFormat::Contiguous); });
}

bool ct_copy(CTTensor *destination, const CTTensor *source) {
  return guarded(false, [&] {
    c10::NoGradGuard guard;
    destination->value.copy_(source->value);
    return true;
  });
}

// Random

CTGenerator *ct_generator_new(uint64_t seed, CTDevice d) {
  return guarded<CTGenerator *>(nullptr, [&] {
    if (d < 0) return new CTGenerator{at::detail::createCPUGenerator(seed)};
    auto generator = at::globalContext().defaultGenerator(device(d)).clone();
    generator.set_current_seed(seed);
    return new CTGenerator{generator};
  });
}

void ct_generator_free(CTGenerator *g) { delete g; }

CTResult ct_uniform(double low, double high, const int64_t *shape, int32_t rank, CTDevice d,
                    CTGenerator *g) {
  return tensor([&] {
    return at::empty(at::IntArrayRef(shape, rank), at::TensorOptions().device(device(d)))
        .uniform_(low, high, g->value);
  });
}

CTResult ct_normal(double mean, double deviation, const int64_t *shape, int32_t rank, CTDevice d,
                   CTGenerator *g) {
  return tensor([&] {
    return at::empty(at::IntArrayRef(shape, rank), at::TensorOptions().device(device(d)))
        .normal_(mean, deviation, g->value);
  });
}

CTResult ct_permutation(int64_t count, CTDevice d, CTGenerator *g) {
  return tensor([&] {
    return at::randperm(count, g->value, at::TensorOptions().dtype(at::kLong).device(device(d)));
  });
}

// Elementwise

CTResult ct_unary(CTUnary op, const CTTensor *t) {
  return tensor([&]() -> at::Tensor {
    const auto &a = t->value;
    switch (op) {
    case CTUnaryNegate: return a.neg();
    case CTUnaryExp: return a.exp();
    case CTUnaryLog: return a.log();
    case CTUnarySqrt: return a.sqrt();
    case CTUnarySquare: return a.square();
    case CTUnaryReciprocal: return a.reciprocal();
    case CTUnaryAbs: return a.abs();
    case CTUnaryRelu: return a.relu();
    case CTUnarySigmoid: return a.sigmoid();
    case CTUnaryTanh: return a.tanh();
    case CTUnarySelu: return at::selu(a);
    case CTUnaryCelu: return at::celu(a);
    case CTUnaryElu: return at::elu(a);
    case CTUnaryLeakyRelu: return at::leaky_relu(a, 0.01);
    }
    throw std::invalid_argument("unknown unary operation");
  });
}

namespace {
// `y` is a tensor or a number.
template <class Operand>
at::Tensor binary(CTBinary op, const at::Tensor &x, const Operand &y) {
  switch (op) {
  case CTBinaryAdd: return x + y;
  case CTBinarySubtract: return x - y;
  case CTBinaryMultiply: return x * y;
  case CTBinaryDivide: return x / y;
  case CTBinaryPower: return x.pow(y);
  case CTBinaryEqual: return x.eq(y);
  case CTBinaryGreaterOrEqual: return x.ge(y);
  }
  throw std::invalid_argument("unknown binary operation");
}
}  // namespace

CTResult ct_binary(CTBinary op, const CTTensor *a, const CTTensor *b) {
  return tensor([&] { return binary(op, a->value, b->value); });
}

CTResult ct_binary_scalar(CTBinary op, const CTTensor *a, double b) {
  return tensor([&] { return binary(op, a->value, b); });
}

CTResult ct_clamp_min(const CTTensor *a, double low) {
  return tensor([&] { return a->value.clamp_min(low); });
}

// Reductions

CTResult ct_reduce(CTReduction op, const CTTensor *t, const int64_t *dims, int32_t count,
                   bool keep) {
  return tensor([&]() -> at::Tensor {
    const auto &a = t->value;
    const bool all = dims == nullptr;
    const at::IntArrayRef d(dims, all ? 0 : count);
    switch (op) {
    case CTReductionSum: return all ? a.sum() : a.sum(d, keep);
    case CTReductionMean: return all ? a.mean() : a.mean(d, keep);
    case CTReductionMax: return all ? a.max() : a.amax(d, keep);
    case CTReductionMin: return all ? a.min() : a.amin(d, keep);
    case CTReductionArgmax: return all ? a.argmax() : a.argmax(d.at(0), keep);
    case CTReductionArgmin: return all ? a.argmin() : a.argmin(d.at(0), keep);
    }
    throw std::invalid_argument("unknown reduction");
  });
}

CTResult ct_log_softmax(const CTTensor *a, int64_t dim) {
  return tensor([&] { return a->value.log_softmax(dim); });
}

CTResult ct_softmax(const CTTensor *a, int64_t dim) {
  return tensor([&] { return a->value.softmax(dim); });
}

// Shape and indexing

CTResult ct_reshape(const CTTensor *a, const int64_t *shape, int32_t rank) {
  return tensor([&] { return a->value.reshape(at::IntArrayRef(shape, rank)); });
}

CTResult ct_transpose(const CTTensor *a, int64_t i, int64_t j) {
  return tensor([&] { return a->value.transpose(i, j); });
}

CTResult ct_slice(const CTTensor *a, int64_t dim, int64_t start, int64_t end) {
  return tensor([&] {
    if (!isCompressed(a->value)) return a->value.slice(dim, start, end);
    TORCH_CHECK(dim == 0, "compressed rows have no slices of columns");
    return rows(a->value, start, end);
  });
}

CTResult ct_concatenate(CTTensors tensors, int32_t count, int64_t dim) {
  return tensor([&] { return at::cat(list(tensors, count), dim); });
}

CTResult ct_index_select(const CTTensor *a, int64_t dim, const CTTensor *index) {
  return tensor([&] {
    if (!isCompressed(a->value)) return a->value.index_select(dim, index->value);
    TORCH_CHECK(dim == 0, "compressed rows can only be chosen by rows");
    return rows(a->value, index->value);
  });
}

CTResult ct_index_add(const CTTensor *a, int64_t dim, const CTTensor *index,
                      const CTTensor *source) {
  return tensor([&] { return a->value.index_add(dim, index->value, source->value); });
}

CTResult ct_matmul(const CTTensor *a, const CTTensor *b) {
  return tensor([&] { return a->value.matmul(b->value); });
}
