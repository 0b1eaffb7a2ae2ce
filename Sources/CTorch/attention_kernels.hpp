// Attention with dropout on its weights or without, one head at a time, on plain memory.

#pragma once

#include "vectors.hpp"

namespace ctorch::attention {

using namespace vectors;

constexpr int64_t tile = 4;  // queries that share the keys and values just loaded

struct Shape {
  int64_t queries, keys, width, padded;  // padded: keys rounded up to whole vectors
  bool causal;
  double scale;
  Dropout dropout;
};

CT_INLINE int64_t visible(const Shape &shape, int64_t query) {
  return shape.causal ? query + shape.keys - shape.queries + 1 : shape.keys;
}

// One head as the kernels see it: keys and values stored [width][padded] with zeros behind, queries and answers in rows.
template <class T>
struct Head {
  const T *queries;
  int64_t query_stride;
  const T *keys, *values;
  T *out;
  int64_t out_stride;
  T *log_sums;
  uint32_t first_row;  // of all heads and batches: the place of its masks
};

// The answers of `rows` queries from `first` on; `scores` has room for [rows][padded].
template <int rows, class T>
CT_INLINE void forward_tile(const Shape &shape, const Head<T> &head, int64_t first, T *scores) {
  using Vector = typename Of<T>::Vector;
  const T *query = head.queries + first * head.query_stride;
  const T scale = static_cast<T>(shape.scale);
  const int64_t most = visible(shape, first + rows - 1);
  Vector tops[rows];
  for (int r = 0; r < rows; ++r) tops[r] = spread(std::numeric_limits<T>::lowest());
  for (int64_t block = 0; block < most; block += lanes) {
    Vector sums[rows] = {};
    for (int64_t d = 0; d < shape.width; ++d) {
      const Vector key = load(head.keys + d * shape.padded + block);
      for (int r = 0; r < rows; ++r) sums[r] += query[r * head.query_stride + d] * key;
    }
    for (int r = 0; r < rows; ++r) {
      const Vector seen = below<T>(visible(shape, first + r) - block, sums[r] * scale);
      tops[r] = seen > tops[r] ? seen : tops[r];
      store(scores + r * shape.padded + block, seen);
    }
  }
  T factors[rows];
  for (int r = 0; r < rows; ++r) {
    const T top = largest<T>(tops[r]);
    const uint32_t base = shape.dropout.row(head.first_row + static_cast<uint32_t>(first) + r);
    Vector sums = {};
    T *row = scores + r * shape.padded;
    for (int64_t block = 0; block < most; block += lanes) {
      const Vector p = exponential(load(row + block) - top);
      sums += p;
      store(row + block, shape.dropout.applied<T>(base, static_cast<uint32_t>(block), p));
    }
    const T sum = added<T>(sums);
    factors[r] = T(1) / (sum * static_cast<T>(shape.dropout.kept));
    head.log_sums[first + r] = top + std::log(sum);
  }
  for (int64_t d = 0; d < shape.width; ++d) {
    Vector sums[rows] = {};
    for (int64_t block = 0; block < most; block += lanes) {
      const Vector value = load(head.values + d * shape.padded + block);
      for (int r = 0; r < rows; ++r) sums[r] += load(scores + r * shape.padded + block) * value;
    }
    for (int r = 0; r < rows; ++r) head.out[(first + r) * head.out_stride + d] = added<T>(sums[r]) * factors[r];
  }
}

template <class T>
CT_INLINE void forward_head(const Shape &shape, const Head<T> &head, T *scores) {
  int64_t first = 0;
  for (; first + tile <= shape.queries; first += tile) forward_tile<tile>(shape, head, first, scores);
  for (; first < shape.queries; ++first) forward_tile<1>(shape, head, first, scores);
}

// Scores of one query to its weights, not yet divided by what `forward_tile` divides by: that is returned.
template <class T>
CT_INLINE T weigh(const Shape &shape, const Head<T> &head, T *scores) {
  using Vector = typename Of<T>::Vector;
  Vector tops = spread(std::numeric_limits<T>::lowest()), sums = {};
  for (int64_t block = 0; block < shape.padded; block += lanes) {
    const Vector seen = below<T>(shape.keys - block, load(scores + block));
    tops = seen > tops ? seen : tops;
    store(scores + block, seen);
  }
  const T top = largest<T>(tops);
  const uint32_t base = shape.dropout.row(head.first_row);
  for (int64_t block = 0; block < shape.padded; block += lanes) {
    const Vector p = exponential(load(scores + block) - top);
    sums += p;
    store(scores + block, shape.dropout.applied<T>(base, static_cast<uint32_t>(block), p));
  }
  const T sum = added<T>(sums);
  head.log_sums[0] = top + std::log(sum);
  return T(1) / (sum * static_cast<T>(shape.dropout.kept));
}

// One query, as while decoding: keys and values are read once, from rows that follow each other, of a width that fours divide.
template <class T>
CT_INLINE void decode(const Shape &shape, const Head<T> &head, T *scores) {
  using Four = typename Of<T>::Four;
  const T scale = static_cast<T>(shape.scale);
  for (int64_t block = 0; block < shape.padded; block += lanes) {
    for (int64_t t = block; t < block + lanes; t += 4) {
      Four sums[4] = {};
      for (int64_t d = 0; d < shape.width; d += 4) {
        const Four query = load_four(head.queries + d);
        for (int64_t u = 0; u < 4; ++u) {
          const int64_t row = t + u < shape.keys ? t + u : shape.keys - 1;
          sums[u] += load_four(head.keys + row * shape.width + d) * query;
        }
      }
      store_four(scores + t, added_across<T>(sums) * scale);
    }
  }
  const T factor = weigh(shape, head, scores);
  for (int64_t d = 0; d < shape.width; d += 4) {
    Four even = {}, odd = {};
    int64_t t = 0;
    for (; t + 2 <= shape.keys; t += 2) {
      even += scores[t] * load_four(head.values + t * shape.width + d);
      odd += scores[t + 1] * load_four(head.values + (t + 1) * shape.width + d);
    }
    if (t < shape.keys) even += scores[t] * load_four(head.values + t * shape.width + d);
    store_four(head.out + d, (even + odd) * factor);
  }
}

// Sixteen rows of four numbers, four to a vector; zeros for rows from `count` on.
template <class T>
CT_INLINE void load_rows(const T *rows, int64_t count, typename Of<T>::Vector *quarters) {
  T rest[4 * lanes] = {};
  if (count < lanes) std::memcpy(rest, rows, 4 * count * sizeof(T));
  for (int q = 0; q < 4; ++q) quarters[q] = load((count < lanes ? rest : rows) + q * lanes);
}

// The same where a head is four wide: four keys to a vector.
template <class T>
CT_INLINE void decode_fours(const Shape &shape, const Head<T> &head, T *scores) {
  using Vector = typename Of<T>::Vector;
  const T *const q = head.queries;
  const Vector query = {q[0], q[1], q[2], q[3], q[0], q[1], q[2], q[3], q[0], q[1], q[2], q[3], q[0], q[1], q[2], q[3]};
  Vector quarters[4], sums[4] = {};
  for (int64_t block = 0; block < shape.padded; block += lanes) {
    load_rows(head.keys + 4 * block, shape.keys - block, quarters);
    for (int i = 0; i < 4; ++i) quarters[i] *= query;
    const Vector all = added_neighbors<T>(added_neighbors<T>(quarters[0], quarters[1]), added_neighbors<T>(quarters[2], quarters[3]));
    store(scores + block, all * static_cast<T>(shape.scale));
  }
  const T factor = weigh(shape, head, scores);
  for (int64_t block = 0; block < shape.padded; block += lanes) {
    load_rows(head.values + 4 * block, shape.keys - block, quarters);
    const Vector weights = load(scores + block);
    sums[0] += quarters[0] * __builtin_shufflevector(weights, weights, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3);
    sums[1] += quarters[1] * __builtin_shufflevector(weights, weights, 4, 4, 4, 4, 5, 5, 5, 5, 6, 6, 6, 6, 7, 7, 7, 7);
    sums[2] += quarters[2] * __builtin_shufflevector(weights, weights, 8, 8, 8, 8, 9, 9, 9, 9, 10, 10, 10, 10, 11, 11, 11, 11);
    sums[3] +=
        quarters[3] * __builtin_shufflevector(weights, weights, 12, 12, 12, 12, 13, 13, 13, 13, 14, 14, 14, 14, 15, 15, 15, 15);
  }
  T parts[lanes];
  store(parts, ((sums[0] + sums[1]) + (sums[2] + sums[3])) * factor);
  for (int d = 0; d < 4; ++d) head.out[d] = (parts[d] + parts[d + 4]) + (parts[d + 8] + parts[d + 12]);
}

// Gradients of one head: of queries in rows, of keys and values [width][padded].
template <class T>
struct Slopes {
  const T *out;
  int64_t out_stride;
  T *queries;
  int64_t query_stride;
  T *keys, *values;
};

template <int rows, class T>
CT_INLINE void backward_tile(const Shape &shape, const Head<T> &head, const Slopes<T> &slopes, int64_t first, T *scores) {
  using Vector = typename Of<T>::Vector;
  const T *query = head.queries + first * head.query_stride, *slope = slopes.out + first * slopes.out_stride;
  const T scale = static_cast<T>(shape.scale), over_kept = static_cast<T>(1 / shape.dropout.kept);
  const int64_t most = visible(shape, first + rows - 1);
  T shared[rows] = {};  // Σⱼ weightⱼ · slopeⱼ = slope · out
  uint32_t bases[rows];
  for (int r = 0; r < rows; ++r) {
    for (int64_t d = 0; d < shape.width; ++d)
      shared[r] += slope[r * slopes.out_stride + d] * head.out[(first + r) * head.out_stride + d];
    bases[r] = shape.dropout.row(head.first_row + static_cast<uint32_t>(first) + r);
  }
  for (int64_t block = 0; block < most; block += lanes) {
    Vector sums[rows] = {}, incoming[rows] = {}, weights[rows];
    for (int64_t d = 0; d < shape.width; ++d) {
      const Vector key = load(head.keys + d * shape.padded + block), value = load(head.values + d * shape.padded + block);
      for (int r = 0; r < rows; ++r) {
        sums[r] += query[r * head.query_stride + d] * key;
        incoming[r] += slope[r * slopes.out_stride + d] * value;
      }
    }
    for (int r = 0; r < rows; ++r) {
      const Vector p =
          exponential(below<T>(visible(shape, first + r) - block, sums[r] * scale) - head.log_sums[first + r]);
      weights[r] = shape.dropout.applied<T>(bases[r], static_cast<uint32_t>(block), p * over_kept);
      sums[r] = (weights[r] * incoming[r] - p * shared[r]) * scale;
      store(scores + r * shape.padded + block, sums[r]);
    }
    for (int64_t d = 0; d < shape.width; ++d) {
      T *key_slope = slopes.keys + d * shape.padded + block, *value_slope = slopes.values + d * shape.padded + block;
      Vector key = load(key_slope), value = load(value_slope);
      for (int r = 0; r < rows; ++r) {
        key += query[r * head.query_stride + d] * sums[r];
        value += slope[r * slopes.out_stride + d] * weights[r];
      }
      store(key_slope, key);
      store(value_slope, value);
    }
  }
  for (int64_t d = 0; d < shape.width; ++d) {
    Vector sums[rows] = {};
    for (int64_t block = 0; block < most; block += lanes) {
      const Vector key = load(head.keys + d * shape.padded + block);
      for (int r = 0; r < rows; ++r) sums[r] += load(scores + r * shape.padded + block) * key;
    }
    for (int r = 0; r < rows; ++r) slopes.queries[(first + r) * slopes.query_stride + d] = added<T>(sums[r]);
  }
}

template <class T>
CT_INLINE void backward_head(const Shape &shape, const Head<T> &head, const Slopes<T> &slopes, T *scores) {
  int64_t first = 0;
  for (; first + tile <= shape.queries; first += tile) backward_tile<tile>(shape, head, slopes, first, scores);
  for (; first < shape.queries; ++first) backward_tile<1>(shape, head, slopes, first, scores);
}

// Rows of a head, one after the other, to [width][padded] with zeros behind; squares of four by four in registers.
template <class T>
CT_INLINE void transpose(const T *rows, int64_t stride, const Shape &shape, T *columns) {
  int64_t t = 0;
  for (; t + 4 <= shape.keys; t += 4) {
    int64_t d = 0;
    for (; d + 4 <= shape.width; d += 4) transpose_square(rows + t * stride + d, stride, columns + d * shape.padded + t, shape.padded);
    for (; d < shape.width; ++d)
      for (int64_t u = t; u < t + 4; ++u) columns[d * shape.padded + u] = rows[u * stride + d];
  }
  for (; t < shape.padded; ++t)
    for (int64_t d = 0; d < shape.width; ++d) columns[d * shape.padded + t] = t < shape.keys ? rows[t * stride + d] : T(0);
}

template <class T>
CT_INLINE void transpose_back(const T *columns, int64_t stride, const Shape &shape, T *rows) {
  int64_t t = 0;
  for (; t + 4 <= shape.keys; t += 4) {
    int64_t d = 0;
    for (; d + 4 <= shape.width; d += 4) transpose_square(columns + d * shape.padded + t, shape.padded, rows + t * stride + d, stride);
    for (; d < shape.width; ++d)
      for (int64_t u = t; u < t + 4; ++u) rows[u * stride + d] = columns[d * shape.padded + u];
  }
  for (; t < shape.keys; ++t)
    for (int64_t d = 0; d < shape.width; ++d) rows[t * stride + d] = columns[d * shape.padded + t];
}

}  // namespace ctorch::attention
