/// The distinct elements, or the distinct slices along an axis.
///
/// X of any number type or bool -> Y, and int64 vectors: where each element of Y occurs first, which element of Y each
/// one of X is, and how often each occurs. In ascending (lexicographic) order, or with `sorted` 0 by first occurrence.
/// Source: ONNX Unique, opset 11 on.
struct Unique: DataDependent {
  static let onnxName = "Unique"
  let axis: Int?
  let isSorted: Bool

  init(from attributes: inout AttributeReader) throws {
    axis = try attributes.intIfPresent("axis")
    isSorted = try attributes.flag("sorted", default: true)
  }

  func check(_ inputs: [TensorType?]) throws {
    let input = try inputs.required(0, "X")
    if input.elementType != .bool { try input.elementType.checkNumber() }
    if let axis { _ = try normalizedAxis(axis, rank: input.shape.count) }
  }

  func results(of inputs: [Tensor?]) throws -> [Tensor] {
    var input = try inputs.required(0)
    if axis == nil { input = input.reshaped([input.elementCount]) }
    let axis = try normalizedAxis(self.axis ?? 0, rank: input.shape.count)
    let order = Box<[Int]>([])
    // A bool is a byte of 0 or 1.
    try (input.elementType == .bool ? .uint8 : input.elementType).dispatch(
      Grouping(input: input, axis: axis, groups: order))
    // The number of the group that each slice belongs to, in ascending order of the groups.
    let ranks = order.value
    let count = (ranks.max() ?? -1) + 1
    var (firsts, counts) = ([Int](repeating: -1, count: count), [Int](repeating: 0, count: count))
    for (position, rank) in ranks.enumerated() {
      if firsts[rank] < 0 { firsts[rank] = position }
      counts[rank] += 1
    }
    let groups = isSorted ? Array(0..<count) : (0..<count).sorted { firsts[$0] < firsts[$1] }
    var places = [Int](repeating: 0, count: count)
    for (place, group) in groups.enumerated() { places[group] = place }
    return [
      input.slices(groups.map { firsts[$0] }, along: axis), Tensor(int64s: groups.map { firsts[$0] }),
      Tensor(int64s: ranks.map { places[$0] }), Tensor(int64s: groups.map { counts[$0] }),
    ]
  }

  private final class Box<Value> {
    var value: Value
    init(_ value: Value) { self.value = value }
  }

  /// Sorts the slices and numbers the groups of equals.
  private struct Grouping: NumberWork {
    let input: Tensor
    let axis: Int
    let groups: Box<[Int]>

    func run<T: Number>(_ type: T.Type) {
      let source = input.pointer(as: T.self)
      let (size, inner) = (input.shape[axis], input.shape[(axis + 1)...].reduce(1, *))
      let outer = input.shape[..<axis].reduce(1, *)
      // NaN comes last and equals itself, so that the order is a total one.
      func order(_ left: Int, _ right: Int) -> Int {
        for row in 0..<outer {
          for column in 0..<inner {
            let (a, b) = (
              source[(row * size + left) * inner + column], source[(row * size + right) * inner + column]
            )
            if a < b || (b.isNaN && !a.isNaN) { return -1 }
            if a > b || (a.isNaN && !b.isNaN) { return 1 }
          }
        }
        return 0
      }
      let sorted = (0..<size).sorted {
        let comparison = order($0, $1)
        return comparison == 0 ? $0 < $1 : comparison < 0
      }
      var ranks = [Int](repeating: 0, count: size)
      var rank = 0
      for (index, position) in sorted.enumerated() {
        if index > 0, order(sorted[index - 1], position) != 0 { rank += 1 }
        ranks[position] = rank
      }
      groups.value = ranks
    }
  }
}
