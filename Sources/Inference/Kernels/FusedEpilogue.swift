import CKernels

/// What is applied while a result is stored, with the constants at fixed addresses.
struct FusedEpilogue: Sendable {
  private let bias: Tensor?
  private let scale: Tensor?
  private let shift: Tensor?
  private let function: ScalarFunction
  let isPerColumn: Bool
  let addsResidual: Bool

  /// `channels` is how many elements bias, scale and shift must have; throws `ShapeError` where they do not.
  init(_ epilogue: Epilogue, bias: Tensor?, channels: Int, isPerColumn: Bool) throws {
    for count in [bias?.elementCount, epilogue.scale?.count, epilogue.shift?.count] {
      guard count == nil || count == channels else {
        throw ShapeError("\(count ?? 0) parameters for \(channels) channels")
      }
    }
    guard (epilogue.scale == nil) == (epilogue.shift == nil) else { throw ShapeError("a scale without a shift") }
    self.bias = bias
    scale = epilogue.scale.map { Tensor(shape: [$0.count], $0) }
    shift = epilogue.shift.map { Tensor(shape: [$0.count], $0) }
    function = ScalarFunction(epilogue.activation)
    addsResidual = epilogue.addsResidual
    self.isPerColumn = isPerColumn
  }

  var isEmpty: Bool { bias == nil && scale == nil && !addsResidual && function.code == CK_IDENTITY }

  /// The arguments for a block whose first element belongs to `channel`; `residual` is its counterpart.
  func arguments(channel: Int, residual: UnsafePointer<Float>?, stride: Int) -> ck_epilogue {
    ck_epilogue(
      bias: bias.map { UnsafePointer($0.floats + channel) }, scale: scale.map { UnsafePointer($0.floats + channel) },
      shift: shift.map { UnsafePointer($0.floats + channel) }, per_column: isPerColumn ? 1 : 0,
      residual: addsResidual ? residual : nil, residual_stride: stride, function: function.code, p0: function.first,
      p1: function.second)
  }
}
