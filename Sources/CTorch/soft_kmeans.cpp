// SPDX-License-Identifier: Apache-2.0
//
// The loss of k-means with soft assignments, and its derivative in closed form.
//
// Composed of single operations it would be some twenty small ones forward and back, and the
// differences between all rows and all centres would be kept.
#include "Internal.hpp"

#include <torch/csrc/autograd/custom_function.h>

using namespace ct;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

namespace {

// L = mean_i e_i, e_i = sum_k s_ik d_ik, s_i = softmax(-alpha d_i), d_ik = |x_i - r_k|^2.
// dL/dd_ik = s_ik (1 - alpha (d_ik - e_i)) / n =: g_ik, and with it
// dL/dx_i = 2 sum_k g_ik (x_i - r_k), dL/dr_k = 2 sum_i g_ik (r_k - x_i).
struct SoftKMeansLoss : public torch::autograd::Function<SoftKMeansLoss> {
  static at::Tensor forward(AutogradContext *context, const at::Tensor &rows,
                            const at::Tensor &centers, double alpha) {
    at::AutoDispatchBelowADInplaceOrView below;
    // Mode 2 sums the differences: a large alpha magnifies what products would lose.
    auto d = at::_cdist_forward(rows, centers, 2.0, 2).square_();
    auto s = at::softmax(d * -alpha, 1);
    auto e = (s * d).sum(1, true);
    auto g = s.mul_(1 - alpha * (d - e)).mul_(2.0 / static_cast<double>(rows.size(0)));
    const auto loss = e.mean();
    // Far from the origin the products of the derivative cancel: there all is taken from a centre.
    const auto reach = centers.abs().max().item<float>();
    if (reach > 1e3F * std::sqrt(loss.item<float>())) {
      const auto origin = centers[0];
      context->save_for_backward({rows - origin, centers - origin, g});
    } else {
      context->save_for_backward({rows, centers, g});
    }
    return loss;
  }

  static variable_list backward(AutogradContext *context, variable_list gradients) {
    at::AutoDispatchBelowADInplaceOrView below;
    const auto saved = context->get_saved_variables();
    const auto &rows = saved[0], &centers = saved[1];
    const auto g = saved[2] * gradients[0];
    at::Tensor byRows, byCenters;
    if (context->needs_input_grad(0)) byRows = g.sum(1, true) * rows - g.mm(centers);
    if (context->needs_input_grad(1)) {
      byCenters = g.sum(0).unsqueeze(1) * centers - g.t().mm(rows);
    }
    return {byRows, byCenters, at::Tensor()};
  }
};

}  // namespace

CTResult ct_soft_kmeans_loss(const CTTensor *rows, const CTTensor *centers, double alpha) {
  return tensor([&] { return SoftKMeansLoss::apply(rows->value, centers->value, alpha); });
}
