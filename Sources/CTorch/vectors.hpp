// Sixteen numbers at a time, in whatever registers the processor has, and the dropout masks that kernels make on the way.

#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

#if defined(__x86_64__) && defined(__linux__)
#define CT_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CT_CLONES
#endif
#define CT_INLINE inline __attribute__((always_inline))
#define CT_INLINE_BODY __attribute__((always_inline))

// Everything here is inlined: how wide vectors would be passed between functions does not matter.
#pragma GCC diagnostic ignored "-Wpsabi"

namespace ctorch::vectors {

constexpr int64_t lanes = 16;

template <class T, class Word>
struct Vectors {
  typedef T Vector __attribute__((vector_size(lanes * sizeof(T))));
  typedef Word Words __attribute__((vector_size(lanes * sizeof(T))));
  typedef T Four __attribute__((vector_size(4 * sizeof(T))));
};
template <class T>
struct Of;
template <>
struct Of<float> : Vectors<float, int32_t> {};
template <>
struct Of<double> : Vectors<double, int64_t> {};
using Draws = Vectors<uint32_t, uint32_t>::Vector;

template <class T>
CT_INLINE typename Of<T>::Vector load(const T *from) {
  typename Of<T>::Vector vector;
  std::memcpy(&vector, from, sizeof vector);
  return vector;
}

template <class T, class Vector>
CT_INLINE void store(T *to, const Vector &vector) {
  static_assert(sizeof(Vector) == lanes * sizeof(T));
  std::memcpy(to, &vector, sizeof vector);
}

template <class T>
CT_INLINE typename Of<T>::Vector spread(T value) {
  return typename Of<T>::Vector{} + value;
}

// All lanes as one number, halves upon halves.
template <class T, class Combine>
CT_INLINE T folded(typename Of<T>::Vector v, Combine combine) {
  const auto eight = combine(
      __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7), __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15));
  const auto four = combine(
      __builtin_shufflevector(eight, eight, 0, 1, 2, 3), __builtin_shufflevector(eight, eight, 4, 5, 6, 7));
  const auto two = combine(__builtin_shufflevector(four, four, 0, 1), __builtin_shufflevector(four, four, 2, 3));
  const T first = two[0], second = two[1];
  return combine(first, second);
}

template <class T>
CT_INLINE T added(typename Of<T>::Vector v) {
  return folded<T>(v, [](auto a, auto b) CT_INLINE_BODY { return a + b; });
}

template <class T>
CT_INLINE T largest(typename Of<T>::Vector v) {
  return folded<T>(v, [](auto a, auto b) CT_INLINE_BODY { return a > b ? a : b; });
}

// The first `count` lanes; the lowest number beyond.
template <class T>
CT_INLINE typename Of<T>::Vector below(int64_t count, typename Of<T>::Vector v) {
  const typename Of<T>::Words places = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  typedef decltype(places[0] + 0) Word;
  return places < static_cast<Word>(count) ? v : spread(std::numeric_limits<T>::lowest());
}

template <class T>
CT_INLINE typename Of<T>::Four load_four(const T *from) {
  typename Of<T>::Four four;
  std::memcpy(&four, from, sizeof four);
  return four;
}

template <class T, class Four>
CT_INLINE void store_four(T *to, const Four &four) {
  static_assert(sizeof(Four) == 4 * sizeof(T));
  std::memcpy(to, &four, sizeof four);
}

// to[i][j] = from[j][i].
template <class Four>
CT_INLINE void transpose(const Four *from, Four *to) {
  const Four low = __builtin_shufflevector(from[0], from[1], 0, 4, 1, 5), high = __builtin_shufflevector(from[0], from[1], 2, 6, 3, 7);
  const Four lower = __builtin_shufflevector(from[2], from[3], 0, 4, 1, 5);
  const Four higher = __builtin_shufflevector(from[2], from[3], 2, 6, 3, 7);
  to[0] = __builtin_shufflevector(low, lower, 0, 1, 4, 5);
  to[1] = __builtin_shufflevector(low, lower, 2, 3, 6, 7);
  to[2] = __builtin_shufflevector(high, higher, 0, 1, 4, 5);
  to[3] = __builtin_shufflevector(high, higher, 2, 3, 6, 7);
}

template <class T>
CT_INLINE void transpose_square(const T *from, int64_t from_stride, T *to, int64_t to_stride) {
  typename Of<T>::Four rows[4], columns[4];
  for (int i = 0; i < 4; ++i) rows[i] = load_four(from + i * from_stride);
  transpose(rows, columns);
  for (int i = 0; i < 4; ++i) store_four(to + i * to_stride, columns[i]);
}

// The sum of each of four.
template <class T>
CT_INLINE typename Of<T>::Four added_across(const typename Of<T>::Four *rows) {
  typename Of<T>::Four columns[4];
  transpose(rows, columns);
  return (columns[0] + columns[1]) + (columns[2] + columns[3]);
}

// Sums of neighbors: those of `a`, then those of `b`.
template <class T>
CT_INLINE typename Of<T>::Vector added_neighbors(const typename Of<T>::Vector &a, const typename Of<T>::Vector &b) {
  return __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30) +
      __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
}

// eˣ for x ≤ 0: 2ⁿ·eʳ with |r| ≤ ln 2 / 2 and a polynomial of degree 6; relative error below 2e-7, zero below e⁻⁸⁷.
CT_INLINE Of<float>::Vector exponential(Of<float>::Vector x) {
  const auto clipped = x < -87.0f ? spread(-87.0f) : x;
  const auto n = (clipped * 1.44269504f + 12582912.0f) - 12582912.0f;  // to the nearest integer
  const auto r = (clipped - n * 0.693359375f) + n * 2.12194440e-4f;
  auto y = r * 1.3888889e-3f + 8.3333333e-3f;
  y = y * r + 4.1666667e-2f;
  y = y * r + 1.6666667e-1f;
  y = y * r + 0.5f;
  y = y * r + 1.0f;
  y = y * r + 1.0f;
  const auto power = (Of<float>::Vector)((__builtin_convertvector(n, Of<float>::Words) + 127) << 23);
  return x < -87.0f ? spread(0.0f) : y * power;
}

CT_INLINE Of<double>::Vector exponential(Of<double>::Vector x) {
  for (int64_t l = 0; l < lanes; ++l) x[l] = std::exp(x[l]);
  return x;
}

// Wellons' integer hash "lowbias32": every bit of the place changes every bit of the result evenly.
template <class Word>
CT_INLINE Word hashed(Word x) {
  x ^= x >> 16;
  x *= 0x7feb352dU;
  x ^= x >> 15;
  x *= 0x846ca68bU;
  return x ^ (x >> 16);
}

// Masks that are made again instead of kept: whether a place is dropped is a hash of the call's key, its row and its column.
struct Dropout {
  uint32_t threshold;  // a place whose hash is below is dropped
  double kept;         // the probability to stay
  uint64_t key;

  Dropout(double probability, uint64_t key)
      : threshold(static_cast<uint32_t>(probability * 4294967296.0)), kept(1 - probability), key(key) {}

  CT_INLINE uint32_t row(uint32_t row) const {
    return hashed(hashed(row + static_cast<uint32_t>(key)) ^ static_cast<uint32_t>(key >> 32));
  }

  // Zero where the row's columns from `first` on are dropped; not yet divided by `kept`.
  template <class T>
  CT_INLINE typename Of<T>::Vector applied(uint32_t row, uint32_t first, typename Of<T>::Vector v) const {
    if (threshold == 0) return v;
    const Draws columns = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    const auto dropped = hashed((columns + first) * 0x9e3779b9U + row) < threshold;
    return __builtin_convertvector(dropped, typename Of<T>::Words) ? spread(T(0)) : v;
  }
};

}  // namespace ctorch::vectors
