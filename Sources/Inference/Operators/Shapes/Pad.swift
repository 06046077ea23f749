/// Adds (or with negative numbers removes) elements at the ends of each axis.
///
/// Modes: `constant`, `reflect`, `edge`, `wrap`. Pads and value are inputs from opset 11 on, axes from 18.
/// Source: ONNX Pad.
struct Pad: Operator {
  static let onnxName = "Pad"

  enum Mode: String, Sendable { case constant, reflect, edge, wrap }
  let mode: Mode
  let fixedPads: [Int]?
  let fixedValue: Float

  init(from attributes: inout AttributeReader) throws {
    let name = try attributes.string("mode", default: "constant")
    guard let mode = Mode(rawValue: name) else { throw ShapeError("unknown mode '\(name)' of Pad") }
    self.mode = mode
    if attributes.opset < 11 {
      guard let pads = try attributes.intsIfPresent("pads") else { throw ShapeError("attribute 'pads' is missing") }
      fixedPads = pads
      fixedValue = try attributes.float("value", default: 0)
    } else {
      fixedPads = nil
      fixedValue = 0
    }
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let input = try inputs.required(0, "data")
    let (begins, ends) = try pads(inputs)
    let shape = input.shape.indices.map { input.shape[$0] + begins[$0] + ends[$0] }
    _ = try checkedCount(shape)
    for (axis, size) in input.shape.enumerated() where max(begins[axis], ends[axis]) > 0 {
      switch mode {
      case .constant: break
      case .edge, .wrap: if size == 0 { throw ShapeError("cannot pad an empty axis") }
      case .reflect:
        if size < 1 || (size == 1 && max(begins[axis], ends[axis]) > 0) {
          throw ShapeError("cannot reflect an axis of \(size)")
        }
      }
    }
    return [TensorType(input.elementType, shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, output) = (try inputs.required(0), try outputs.required(0))
    let begins = try pads(inputs.knownTypes).begins
    if mode == .constant {
      let value = inputs.optional(2).flatMap { $0.elementCount == 1 ? $0 : nil } ?? Tensor(shape: [1], [fixedValue])
      try Cast.convert(value, repeatedInto: output, context)
    }
    // For each axis, where output positions come from; -1 is padding.
    let sources = output.shape.indices.map { axis in
      (0..<output.shape[axis]).map { source($0 - begins[axis], size: input.shape[axis]) }
    }
    try output.elementType.dispatchByWidth(Work(input: input, output: output, sources: sources))
  }

  private func source(_ position: Int, size: Int) -> Int {
    guard position < 0 || position >= size else { return position }
    switch mode {
    case .constant: return -1
    case .edge: return min(max(position, 0), size - 1)
    case .wrap: return (position % size + size) % size
    case .reflect:
      let period = 2 * (size - 1)
      let folded = (position % period + period) % period
      return folded < size ? folded : period - folded
    }
  }

  private func pads(_ inputs: [TensorType?]) throws -> (begins: [Int], ends: [Int]) {
    let rank = try inputs.required(0, "data").shape.count
    let pads = try fixedPads ?? inputs.integers(1, "pads")
    let named = try fixedPads == nil ? inputs.optionalIntegers(3, "axes") : nil
    let axes = try normalizedAxes(named ?? Array(0..<rank), rank: rank)
    guard pads.count == 2 * axes.count, pads.allSatisfy({ (-1 << 40...1 << 40).contains($0) }) else {
      throw ShapeError("pads \(pads) for \(axes.count) axes")
    }
    var (begins, ends) = ([Int](repeating: 0, count: rank), [Int](repeating: 0, count: rank))
    for (index, axis) in axes.enumerated() {
      begins[axis] = pads[index]
      ends[axis] = pads[axes.count + index]
    }
    return (begins, ends)
  }

  private struct Work: WidthWork {
    let input: Tensor
    let output: Tensor
    let sources: [[Int]]

    func run<T: BitwiseCopyable & Sendable>(_ type: T.Type) {
      let strides = (rowMajorStrides(input.shape), rowMajorStrides(output.shape))
      let (source, target) = (input.pointer(as: T.self), output.pointer(as: T.self))
      guard let last = sources.indices.last else {
        target[0] = source[0]
        return
      }
      let row = sources[last]
      // The part of a row that is copied as it is.
      let inside = row.indices.filter {
        row[$0] >= 0 && row[$0] - $0 == (row.first { $0 >= 0 } ?? 0) - (row.firstIndex { $0 >= 0 } ?? 0)
      }
      let (firstInside, count) = (inside.first ?? 0, inside.count)
      let isPlain = count > 0 && inside.last == firstInside + count - 1 && count == row.count { $0 >= 0 }

      func fill(_ axis: Int, _ from: Int, _ to: Int) {
        if axis == last {
          if isPlain {
            (target + (to + firstInside)).update(from: source + (from + row[firstInside]), count: count)
          } else {
            for (index, position) in row.enumerated() where position >= 0 {
              target[to + index] = source[from + position]
            }
          }
          return
        }
        for (index, position) in sources[axis].enumerated() where position >= 0 {
          fill(axis + 1, from + position * strides.0[axis], to + index * strides.1[axis])
        }
      }
      if output.elementCount > 0 { fill(0, 0, 0) }
    }
  }
}

extension Array {
  fileprivate func count(where predicate: (Element) -> Bool) -> Int { reduce(0) { $0 + (predicate($1) ? 1 : 0) } }
}
