import CKernels

/// QLinearAdd of two tensors of one shape with constant parameters.
///
/// The quotient by the scale may be computed as a product with its reciprocal where that gives the same byte for every
/// pair of bytes, which is tried out once.
struct QuantizedAddition: PreparedKernel {
  private let template: Template

  private struct Template: @unchecked Sendable {  // without pointers until it is used
    var pair: ck_byte_pair
  }

  /// `inputs` as those of QLinearAdd.
  init(_ inputs: [TensorType?], using context: ExecutionContext) throws {
    func scale(_ index: Int) throws -> Float {
      guard let scale = inputs.optional(index)?.constant else { throw ShapeError.needsValue(of: "a scale") }
      return scale.floats[0]
    }
    func zero(_ index: Int) -> Int32 { Int32(inputs.optional(index)?.constant?.integers()?.first ?? 0) }
    var pair = ck_byte_pair(
      a: nil, b: nil, is_signed: try inputs.required(0, "A").elementType == .int8 ? 1 : 0, a_zero: zero(2),
      b_zero: zero(5), a_scale: try scale(1), b_scale: try scale(4), scale: try scale(6), zero_point: zero(7),
      by_reciprocal: 0)
    pair.by_reciprocal = Self.agrees(pair, context.kernels) ? 1 : 0
    template = Template(pair: pair)
  }

  func run(_ inputs: [Tensor?], residual: Tensor?, into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (a, b, output) = (try inputs.required(0, "A"), try inputs.required(3, "B"), try outputs.required(0, "C"))
    nonisolated(unsafe) let (left, right, target) = (a.bytes, b.bytes, output.bytes)
    context.parallelRanges(output.elementCount, grain: 1 << 14) { range in
      var pair = template.pair
      (pair.a, pair.b) = (UnsafeRawPointer(left + range.lowerBound), UnsafeRawPointer(right + range.lowerBound))
      context.kernels.integers.pointee.combine_bytes(&pair, 0, target + range.lowerBound, range.count)
    }
  }

  /// Whether both ways give the same for all 65,536 pairs.
  private static func agrees(_ pair: ck_byte_pair, _ kernels: Kernels) -> Bool {
    let rights = (0...255).map { UInt8($0) }
    var results = [[UInt8]](repeating: [UInt8](repeating: 0, count: 256), count: 2)
    for left in rights {
      let lefts = [UInt8](repeating: left, count: 256)
      for way in 0...1 {
        lefts.withUnsafeBytes { a in
          rights.withUnsafeBytes { b in
            var pair = pair
            (pair.a, pair.b, pair.by_reciprocal) = (a.baseAddress, b.baseAddress, Int32(way))
            kernels.integers.pointee.combine_bytes(&pair, 0, &results[way], 256)
          }
        }
      }
      if results[0] != results[1] { return false }
    }
    return true
  }
}
