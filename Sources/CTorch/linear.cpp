// SPDX-License-Identifier: Apache-2.0
//
// The dense layer: product, bias and ReLU in one oneDNN call, with its own derivative.
//
// `at::linear` goes through MKL, which is slow on processors not made by Intel;
// `mkldnn::_linear_pointwise` goes through oneDNN, but has no derivative of its own.
#include "Internal.hpp"

#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/csrc/autograd/custom_function.h>

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

struct FusedLinear : public torch::autograd::Function<FusedLinear> {
  static at::Tensor forward(AutogradContext *context, const at::Tensor &x,
                            const at::Tensor &weight, const std::optional<at::Tensor> &bias,
                            bool relu, at::ScalarType compute) {
    at::AutoDispatchBelowADInplaceOrView below;
    auto input = x.to(compute).contiguous();
    auto w = weight.to(compute);
    auto b = bias ? std::optional<at::Tensor>(bias->to(compute)) : std::nullopt;
    auto output = onednn(input, w, b, relu);
    context->saved_data["relu"] = relu;
    context->saved_data["input_kind"] = static_cast<int64_t>(x.scalar_type());
    context->saved_data["has_bias"] = bias.has_value();
    context->save_for_backward({input, w, relu ? output : at::Tensor()});
    return output;
  }

  static variable_list backward(AutogradContext *context, variable_list gradients) {
    at::AutoDispatchBelowADInplaceOrView below;
    auto saved = context->get_saved_variables();
    const auto &input = saved[0];
    const auto &w = saved[1];
    auto gy = gradients[0].contiguous();
    if (context->saved_data["relu"].toBool()) gy = at::threshold_backward(gy, saved[2], 0);
    at::Tensor gx, gw, gb;
    if (context->needs_input_grad(0)) {
      gx = onednn(gy, w.t(), std::nullopt, false);
      auto inputKind = static_cast<at::ScalarType>(context->saved_data["input_kind"].toInt());
      gx = gx.to(inputKind);
    }
    if (context->needs_input_grad(1)) {
      // In bfloat16 the plain product is the faster of the two; both give the same sums.
      gw = gy.scalar_type() == at::kFloat ? onednn(gy.t(), input.t(), std::nullopt, false)
                                          : at::mm(gy.t(), input);
      gw = gw.to(at::kFloat);
    }
    if (context->saved_data["has_bias"].toBool()) gb = gy.sum(0, false, at::kFloat);
    return {gx, gw, gb, at::Tensor(), at::Tensor()};
  }
};

at::Tensor plain(const at::Tensor &x, const at::Tensor &weight,
                 const std::optional<at::Tensor> &bias, bool relu, at::ScalarType compute) {
  auto b = bias ? std::optional<at::Tensor>(bias->to(compute)) : std::nullopt;
  auto y = at::linear(x.to(compute), weight.to(compute), b);
  return relu ? y.relu() : y;
}

}  // namespace

CTResult ct_linear(const CTTensor *x, const CTTensor *weight, const CTTensor *bias, bool relu,
                   CTKind compute, CTLinearPath path) {
  return tensor([&]() -> at::Tensor {
    auto b = bias ? std::optional<at::Tensor>(bias->value) : std::nullopt;
    const auto &input = x->value;
    // oneDNN takes two-dimensional input, and wants at least one row.
    const bool fused = path == CTLinearPathFused && input.is_cpu() && input.dim() == 2 &&
                       input.size(0) > 0 && weight->value.scalar_type() == at::kFloat &&
                       canFuse(kind(compute));
    if (!fused) return plain(input, weight->value, b, relu, kind(compute));
    return FusedLinear::apply(input, weight->value, b, relu, kind(compute));
  });
}
