/// Converts the elements to another type.
///
/// Floats become integers by truncation, clamped to the integer's range; integers narrow by dropping high bits; anything
/// but 0 becomes true. Floats narrow to the nearest number, halves to even. Source: ONNX Cast, opset 6 on.
struct Cast: Operator {
  static let onnxName = "Cast"
  let target: ElementType
  /// Whether what is too large for a float of 8 bits becomes its largest number rather than infinity or NaN.
  let saturates: Bool

  init(from attributes: inout AttributeReader) throws {
    guard let code = try attributes.intIfPresent("to") else { throw ShapeError("attribute 'to' is missing") }
    guard let type = ElementType(rawValue: code) else { throw ShapeError("Cast to data type \(code) is not supported") }
    target = type
    saturates = try attributes.flag("saturate", default: true)
    _ = try attributes.stringIfPresent("round_mode")
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    [TensorType(target, try inputs.required(0, "input").shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    try Self.convert(try inputs.required(0), into: try outputs.required(0), saturates: saturates, context)
  }

  /// Converts the elements of `input` to the type of `output`, which has as many.
  static func convert(
    _ input: Tensor, into output: Tensor, saturates: Bool = true, _ context: ExecutionContext
  ) throws {
    guard input.elementType != output.elementType else { return copyElements(of: input, to: output) }
    if HalfPrecision.convert(input, into: output, context) { return }
    nonisolated(unsafe) let (source, target) = (input.bytes, output.bytes)
    let (from, to) = (input.elementType, output.elementType)
    context.parallelRanges(output.elementCount, grain: Elementwise.grain) { range in
      // By way of the widest type of its kind, a piece at a time: one loop per type instead of one per pair.
      let piece = 512
      if from.isFloat {
        withUnsafeTemporaryAllocation(of: Double.self, capacity: piece) { wide in
          guard let wide = wide.baseAddress else { return }
          for start in stride(from: range.lowerBound, to: range.upperBound, by: piece) {
            let count = min(piece, range.upperBound - start)
            WideElements.load(source + start * from.byteCount, from, into: wide, count: count)
            WideElements.store(
              wide, to, into: target + start * to.byteCount, count: count, saturates: saturates)
          }
        }
      } else {
        withUnsafeTemporaryAllocation(of: Int64.self, capacity: piece) { wide in
          guard let wide = wide.baseAddress else { return }
          for start in stride(from: range.lowerBound, to: range.upperBound, by: piece) {
            let count = min(piece, range.upperBound - start)
            WideElements.load(source + start * from.byteCount, from, into: wide, count: count)
            WideElements.store(
              wide, isUnsigned: from == .uint64, to, into: target + start * to.byteCount, count: count)
          }
        }
      }
    }
  }

  /// Fills `output` with the one element of `input`, converted.
  static func convert(_ input: Tensor, repeatedInto output: Tensor, _ context: ExecutionContext) throws {
    let element = Tensor(zeros: output.elementType, shape: [1])
    try convert(input, into: element, context)
    try StridedCopy.run(element, strides: [0], shape: [output.elementCount], into: output, context)
  }
}
