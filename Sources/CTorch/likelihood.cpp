// SPDX-License-Identifier: Apache-2.0
//
// Likelihoods of generative models.
#include "Internal.hpp"

using namespace ct;

CTResult ct_binary_cross_entropy(const CTTensor *logits, const CTTensor *target) {
  return tensor([&] {
    return at::binary_cross_entropy_with_logits(logits->value, target->value, {}, {},
                                                at::Reduction::None);
  });
}
