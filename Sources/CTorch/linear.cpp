// SPDX-License-Identifier: Apache-2.0
//
// The dense layer: product, bias and ReLU in one call, with its own derivative.
//
// `at::linear` goes through MKL, which is slow on processors not made by Intel;
// `mkldnn::_linear_pointwise` goes through oneDNN, but has no derivative of its own. Where an input
// or a gradient is mostly zeros, the product takes what is left of it only.
#include "Internal.hpp"
#include "activation_gradient.hpp"
#include "sparse_product.hpp"

#include <ATen/Parallel.h>
#include <c10/core/GradMode.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/csrc/autograd/custom_function.h>

#include <mutex>

using namespace ct;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

namespace {

using PointwiseSignature = at::Tensor(const at::Tensor &, const at::Tensor &,
                                      const std::optional<at::Tensor> &, std::string_view,
                                      c10::List<std::optional<at::Scalar>>,
                                      std::optional<std::string_view>);

// activation(x @ weight.t() + bias); `weight` may be a strided view.
at::Tensor onednn(const at::Tensor &x, const at::Tensor &weight,
                  const std::optional<at::Tensor> &bias, bool relu) {
  static const auto op = c10::Dispatcher::singleton()
                             .findSchemaOrThrow("mkldnn::_linear_pointwise", "")
                             .typed<PointwiseSignature>();
  return op.call(x, weight, bias, relu ? "relu" : "none",
                 c10::List<std::optional<at::Scalar>>(), std::nullopt);
}

// Whether oneDNN has such a product on this processor, found by trying it once: in bfloat16 it wants
// AVX-512 on x86, and a libtorch may have been built without it.
bool canFuse(at::ScalarType compute) {
  const auto works = [](at::ScalarType kind) {
    try {
      const auto one = at::ones({1, 1}, kind);
      onednn(one, one, std::nullopt, false);
      return true;
    } catch (const std::exception &) {
      return false;
    }
  };
  static const bool inFloat = works(at::kFloat), inBFloat16 = works(at::kBFloat16);
  return compute == at::kFloat ? inFloat : compute == at::kBFloat16 && inBFloat16;
}

using Sparse = c10::intrusive_ptr<SparseMatrix>;

Dense dense(const at::Tensor &t) { return {t.const_data_ptr(), t.size(0), t.size(1)}; }

bool narrow(const at::Tensor &t) { return t.scalar_type() == at::kBFloat16; }

// Whether the product of `t` with a matrix of so many columns is faster without the zeros.
bool isSparse(const at::Tensor &t, int64_t columns) {
  constexpr int64_t fewest = 64;  // columns; and of the rest as many that the count is nothing
  constexpr double most = 0.25;   // of the numbers; the two ways meet between 0.3 and 0.4
  return columns >= fewest && t.numel() >= fewest * fewest &&
         density(dense(t), narrow(t), at::get_num_threads()) < most;
}

Sparse sparse(const at::Tensor &t) {
  return ct::sparse(dense(t), narrow(t), at::get_num_threads());
}

Sparse transposed(const SparseMatrix &m) { return ct::transposed(m, at::get_num_threads()); }

at::Tensor product(const SparseMatrix &a, const at::Tensor &b, const ProductForm &form = {}) {
  const int64_t columns = b.size(form.transposesFactor ? 0 : 1);
  auto result = form.transposesResult ? at::empty({columns, a.rows}, b.options())
                                      : at::empty({a.rows, columns}, b.options());
  ct::product(a, {b.const_data_ptr(), a.columns, columns}, form, result.mutable_data_ptr(),
              narrow(b), at::get_num_threads());
  return result;
}

struct FusedLinear : public torch::autograd::Function<FusedLinear> {
  // `weight` and `bias` are already in the precision of the product, in which case the gradient of
  // the bias goes to `master`.
  static at::Tensor forward(AutogradContext *context, const at::Tensor &x,
                            const at::Tensor &weight, const at::Tensor &bias,
                            const at::Tensor &master, bool relu) {
    at::AutoDispatchBelowADInplaceOrView below;
    auto input = x.to(weight.scalar_type()).contiguous();
    Sparse entries = isSparse(input, weight.size(0)) ? sparse(input) : nullptr;
    auto output =
        entries ? product(*entries, weight.contiguous(),
                          {.transposesFactor = true, .bias = bias.const_data_ptr(), .relu = relu})
                : onednn(input, weight, bias, relu);
    context->saved_data["relu"] = relu;
    context->saved_data["input_kind"] = static_cast<int64_t>(x.scalar_type());
    if (entries) context->saved_data["entries"] = at::IValue::make_capsule(entries);
    context->save_for_backward({input, weight, relu ? output : at::Tensor()});
    return output;
  }

  static variable_list backward(AutogradContext *context, variable_list gradients) {
    at::AutoDispatchBelowADInplaceOrView below;
    auto saved = context->get_saved_variables();
    const auto &input = saved[0];
    const auto w = saved[1].contiguous();
    const bool single = !narrow(w);
    const bool relu = context->saved_data["relu"].toBool();
    const bool wantsInput = context->needs_input_grad(0), wantsWeight = context->needs_input_grad(1);
    auto gy = gradients[0].contiguous();
    const auto rows = gy.size(0), columns = gy.size(1);
    // Where ReLU gave zero the gradient is zero too.
    const bool sparseGradient = relu && isSparse(saved[2], input.size(1));
    const bool sparseInput = context->saved_data.count("entries") > 0;
    at::Tensor gx, gw, gb = at::empty({columns}, gy.options().dtype(at::kFloat));
    auto g = relu ? at::empty_like(gy) : gy;
    // Single precision multiplies by the transposed gradient as it lies in memory.
    auto turned = single && wantsWeight && !sparseGradient && !sparseInput
                      ? at::empty({columns, rows}, gy.options())
                      : at::Tensor();
    run({gy.const_data_ptr(), relu ? saved[2].const_data_ptr() : nullptr,
         relu ? g.mutable_data_ptr() : nullptr,
         turned.defined() ? turned.data_ptr<float>() : nullptr, gb.data_ptr<float>(), rows,
         columns},
        !single, at::get_num_threads());
    const Sparse entries = sparseGradient ? sparse(g) : nullptr;
    if (wantsInput) {
      gx = entries ? product(*entries, w)
           : single ? onednn(g, w.t(), std::nullopt, false) : at::mm(g, w);
      gx = gx.to(static_cast<at::ScalarType>(context->saved_data["input_kind"].toInt()));
    }
    if (wantsWeight) {
      if (entries) gw = product(*transposed(*entries), input);
      else if (sparseInput) {
        const auto capsule = context->saved_data["entries"].toCapsule();
        gw = product(*transposed(static_cast<const SparseMatrix &>(*capsule)), g,
                     {.transposesResult = true});
      } else {
        gw = single ? onednn(turned, input.t(), std::nullopt, false) : at::mm(g.t(), input);
      }
    }
    return {gx, gw, at::Tensor(), gb, at::Tensor()};
  }
};

}  // namespace

const at::Tensor &CTTensor::narrowed() const {
  static std::mutex mutex;
  std::lock_guard lock(mutex);
  if (narrow.defined() && narrowVersion == value._version()) return narrow;
  c10::NoGradGuard guard;
  if (narrow.defined()) {
    narrow.copy_(value);
  } else {
    narrow = value.detach().to(at::kBFloat16).contiguous();
    narrow.set_requires_grad(value.requires_grad());
  }
  narrowVersion = value._version();
  return narrow;
}

CTResult ct_linear(const CTTensor *x, const CTTensor *weight, const CTTensor *bias, bool relu,
                   CTKind compute, CTLinearPath path) {
  return tensor([&]() -> at::Tensor {
    const auto &input = x->value;
    const bool narrow = kind(compute) == at::kBFloat16;
    const auto &w = narrow ? weight->narrowed() : weight->value.to(kind(compute));
    // oneDNN takes two-dimensional input, and wants at least one row.
    const bool fused = path == CTLinearPathFused && input.is_cpu() && input.dim() == 2 &&
                       input.size(0) > 0 && weight->value.scalar_type() == at::kFloat &&
                       canFuse(kind(compute));
    if (fused) {
      const auto b = narrow ? bias->narrowed().detach() : bias->value.detach();
      return FusedLinear::apply(input, w, b, bias->value, relu);
    }
    auto y = at::linear(input.to(kind(compute)), w, bias->value.to(kind(compute)));
    return relu ? y.relu() : y;
  });
}
