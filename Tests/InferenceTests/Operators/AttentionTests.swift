import Foundation
import Inference
import Testing

struct AttentionTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var batch = 2
    var heads = 4
    var keyHeads = 4
    var queries = 5
    var keys = 7
    var size = 8
    var valueSize = 8
    var past = 0
    var isCausal = false
    var softcap: Float = 0
    var scale: Float?
    /// The shape of the mask, and whether it is bool.
    var mask: (shape: [Int], isBool: Bool)?
    var isStacked = true
    var mode = 0
    var total: Int { past + keys }
    var testDescription: String {
      "\(batch) x \(heads)/\(keyHeads) heads, \(queries) queries, \(past) + \(keys) keys, mode \(mode)"
    }
  }

  static let cases = [
    Case(), Case(isStacked: false), Case(heads: 6, keyHeads: 2, valueSize: 5, isStacked: false),
    Case(queries: 1, keys: 33), Case(queries: 70, keys: 90, size: 16, isCausal: true),
    Case(keyHeads: 1, past: 3, isCausal: true), Case(queries: 1, keys: 1, past: 12, isCausal: true, isStacked: false),
    Case(isCausal: true, softcap: 0.5, scale: 1.5, mode: 1), Case(softcap: 2, mask: ([5, 7], false), mode: 2),
    Case(mask: ([2, 1, 5, 7], true), mode: 3), Case(mask: ([4, 5, 7], false)),
    Case(past: 2, mask: ([1, 4, 1, 6], false), mode: 2), Case(isCausal: true, mask: ([5, 4], true), mode: 3),
    Case(keys: 0), Case(batch: 1, heads: 1, keyHeads: 1, queries: 9, keys: 3, isCausal: true, mode: 3),
  ]

  @Test(arguments: cases)
  func agreesWithTheFormula(_ example: Case) throws {
    let inputs = tensors(example)
    var attributes: [String: Attribute] = [
      "is_causal": .int(example.isCausal ? 1 : 0), "softcap": .float(example.softcap),
      "qk_matmul_output_mode": .int(example.mode),
    ]
    if let scale = example.scale { attributes["scale"] = .float(scale) }
    if !example.isStacked {
      attributes["q_num_heads"] = .int(example.heads)
      attributes["kv_num_heads"] = .int(example.keyHeads)
    }
    let run = try OperatorRun("Attention", inputs, attributes, opset: 23)
    let (expected, scores) = reference(example, inputs)
    for threads in [1, 2] {
      let outputs = try run.outputs(threads: threads)
      #expect(outputs[0].excess(over: expected, absolute: 4e-6, relative: 1e-5) <= 1)
      #expect(outputs[1].shape == [example.batch, example.keyHeads, example.total, example.size])
      let pairs = zip(outputs[3].doubles, scores)
      #expect(pairs.allSatisfy { $0 == $1 || abs($0 - $1) <= 4e-6 + 1e-5 * abs($1) })
    }
    #expect(
      run.operation.macs(for: run.types, outputs: []) == example.batch * example.heads * example.queries * example.total
        * (example.size + example.valueSize))
  }

  @Test func keysBeyondTheValidOnesAreHidden() throws {
    let example = Case(batch: 2, keys: 6)
    var inputs = tensors(example)
    inputs += [Tensor?](repeating: nil, count: 6 - inputs.count)
    let all = try OperatorRun("Attention", inputs, opset: 24).outputs()[0]
    let lengths = Tensor(int64s: [6, 2])
    let some = try OperatorRun("Attention", inputs + [lengths], opset: 24).outputs()[0]
    let half = all.elementCount / 2
    #expect(all.doubles[..<half] == some.doubles[..<half])
    var short = Case(batch: 2, keys: 6)
    short.mask = ([2, 1, 1, 6], true)
    inputs[3] = Tensor(.bool, shape: [2, 1, 1, 6], elements: (0..<12).map { $0 < 8 })
    let (expected, _) = reference(short, inputs)
    #expect(some.excess(over: expected, absolute: 4e-6, relative: 1e-5) <= 1)
    let bad = try OperatorRun("Attention", inputs + [Tensor(int64s: [6, 7])], opset: 24)
    #expect(throws: ExecutionError.self) { try bad.outputs() }
  }

  @Test func windowsLimitWhatIsSeen() throws {
    var example = Case(batch: 1, heads: 2, keyHeads: 2, queries: 6, keys: 6)
    var inputs = tensors(example)
    let windowed = try OperatorRun(
      "Attention", inputs, ["left_window_size": .int(1), "right_window_size": .int(2)], opset: 25
    ).outputs()[0]
    example.mask = ([6, 6], true)
    let flags = (0..<36).map { index in index % 6 >= index / 6 - 1 && index % 6 <= index / 6 + 2 }
    inputs = Array(inputs.prefix(3)) + [Tensor(.bool, shape: [6, 6], elements: flags)]
    #expect(windowed.excess(over: reference(example, inputs).0, absolute: 4e-6, relative: 1e-5) <= 1)
  }

  @Test(
    arguments: [
      [[2, 3, 8], [2, 3, 8], [2, 4, 8]], [[2, 3, 8], [1, 3, 8], [1, 3, 8]],
      [[2, 4, 3, 8], [2, 3, 3, 8], [2, 3, 3, 8]],
      [[2, 3], [2, 3], [2, 3]], [[2, 4, 3, 8], [2, 4, 3, 7], [2, 4, 3, 8]],
      [[2, 0, 3, 8], [2, 0, 3, 8], [2, 0, 3, 8]],
    ])
  func refusesShapesThatDoNotFit(shapes: [[Int]]) throws {
    let run = try OperatorRun(
      "Attention", shapes.map { Tensor.random($0, seed: 1) },
      shapes[0].count == 3 ? ["q_num_heads": .int(2), "kv_num_heads": .int(2)] : [:], opset: 23)
    #expect(throws: ShapeError.self) { try run.operation.outputs(for: run.types) }
  }

  private func tensors(_ example: Case) -> [Tensor?] {
    func tensor(_ heads: Int, _ rows: Int, _ size: Int, _ seed: Int) -> Tensor {
      .random(
        example.isStacked ? [example.batch, heads, rows, size] : [example.batch, rows, heads * size], seed: seed)
    }
    var inputs: [Tensor?] = [
      tensor(example.heads, example.queries, example.size, 1),
      tensor(example.keyHeads, example.keys, example.size, 2),
      tensor(example.keyHeads, example.keys, example.valueSize, 3),
    ]
    if let mask = example.mask {
      let values = Tensor.random(mask.shape, seed: 4)
      inputs.append(
        mask.isBool ? Tensor(.bool, shape: mask.shape, elements: values.doubles.map { $0 > -0.3 }) : values)
    } else if example.past > 0 {
      inputs.append(nil)
    }
    if example.past > 0 {
      inputs.append(.random([example.batch, example.keyHeads, example.past, example.size], seed: 5))
      inputs.append(.random([example.batch, example.keyHeads, example.past, example.valueSize], seed: 6))
    }
    return inputs
  }

  /// The result in the layout of the query, and the scores that the mode names, in double precision.
  private func reference(_ example: Case, _ inputs: [Tensor?]) -> ([Double], [Double]) {
    let (values, maskShape) = (
      inputs.map { $0.flatMap { $0.elementType == .float32 ? $0.doubles : nil } }, example.mask?.shape
    )
    let flags = inputs.count > 3 ? inputs[3].flatMap { $0.elementType == .bool ? $0.boolElements : nil } : nil
    func element(_ input: Int, _ b: Int, _ h: Int, _ row: Int, _ d: Int, heads: Int, rows: Int, size: Int) -> Double {
      example.isStacked
        ? values[input]![((b * heads + h) * rows + row) * size + d]
        : values[input]![(b * rows + row) * heads * size + h * size + d]
    }
    func cached(_ input: Int, _ b: Int, _ h: Int, _ row: Int, _ d: Int, size: Int) -> Double {
      row < example.past
        ? values[input + 3]![((b * example.keyHeads + h) * example.past + row) * size + d]
        : element(
          input, b, h, row - example.past, d, heads: example.keyHeads, rows: example.keys, size: size)
    }
    func bias(_ b: Int, _ h: Int, _ i: Int, _ j: Int) -> Double {
      var sum = example.isCausal && j > i + example.past ? -Double.infinity : 0
      guard let shape = maskShape else { return sum }
      let full = [Int](repeating: 1, count: 4 - shape.count) + shape
      guard j < full[3] else { return -.infinity }
      let at = zip(full, [b, h, i, j]).reduce(0) { $0 * $1.0 + ($1.0 == 1 ? 0 : $1.1) }
      sum += flags.map { $0[at] ? 0 : -.infinity } ?? values[3]![at]
      return sum
    }
    let (heads, total) = (example.heads, example.total)
    var result = [Double](
      repeating: 0, count: example.batch * heads * example.queries * example.valueSize)
    var captured: [Double] = []
    let scale = example.scale.map(Double.init) ?? 1 / Double(example.size).squareRoot()
    let cap = Double(example.softcap)
    for b in 0..<example.batch {
      for h in 0..<heads {
        let keyHead = h / (heads / example.keyHeads)
        for i in 0..<example.queries {
          let products = (0..<total).map { j in
            scale
              * (0..<example.size).reduce(0) {
                $0 + element(0, b, h, i, $1, heads: heads, rows: example.queries, size: example.size)
                  * cached(1, b, keyHead, j, $1, size: example.size)
              }
          }
          let capped = cap > 0 ? products.map { tanh($0 / cap) * cap } : products
          let masked = capped.enumerated().map { $1 + bias(b, h, i, $0) }
          let greatest = masked.max() ?? 0
          let powers = masked.map { greatest == -.infinity ? 0 : exp($0 - greatest) }
          let weights = powers.map { $0 == 0 ? 0 : $0 / powers.reduce(0, +) }
          captured += [products, capped, masked, weights][example.mode]
          for d in 0..<example.valueSize {
            let sum = (0..<total).reduce(0) {
              $0 + weights[$1] * cached(2, b, keyHead, $1, d, size: example.valueSize)
            }
            let place =
              example.isStacked
              ? ((b * heads + h) * example.queries + i) * example.valueSize + d
              : ((b * example.queries + i) * heads + h) * example.valueSize + d
            result[place] = sum
          }
        }
      }
    }
    return (result, captured)
  }
}
