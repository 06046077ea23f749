import Foundation
import Inference
import Testing

struct RecurrentTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var direction = "forward"
    var layout = 0
    var hasLengths = false
    var hasState = true
    var hasPeepholes = false
    var clip: Float?
    var flag = false
    var activations: [String]?
  }

  static let cases = [
    Case(testDescription: "plain", hasState: false),
    Case(testDescription: "reverse", direction: "reverse"),
    Case(testDescription: "bidirectional with lengths", direction: "bidirectional", hasLengths: true),
    Case(testDescription: "batch first", direction: "bidirectional", layout: 1, hasLengths: true),
    Case(testDescription: "peepholes and clip", hasPeepholes: true, clip: 0.4),
    Case(testDescription: "coupled or reset after", flag: true),
    Case(testDescription: "other functions", activations: ["HardSigmoid", "Softsign", "Relu"]),
  ]

  @Test(arguments: InstructionSet.available, cases)
  func lstmAgreesWithItsEquations(on isa: InstructionSet, shape: Case) throws { try check("LSTM", shape, on: isa) }

  @Test(arguments: InstructionSet.available, cases.filter { !$0.hasPeepholes })
  func gruAgreesWithItsEquations(on isa: InstructionSet, shape: Case) throws { try check("GRU", shape, on: isa) }

  @Test(arguments: InstructionSet.available, cases.filter { !$0.hasPeepholes && !$0.flag })
  func rnnAgreesWithItsEquations(on isa: InstructionSet, shape: Case) throws { try check("RNN", shape, on: isa) }

  @Test func countsMultiplyAccumulates() throws {
    let shapes = [[1, 1, 40], [1, 512, 40], [1, 512, 128]]
    let run = try OperatorRun("LSTM", shapes.map { Tensor(zeros: .float32, shape: $0) }, ["hidden_size": .int(128)])
    // 4 · (128 · 40 + 128 · 128) per step, as NUMBERS counts it.
    #expect(run.operation.macs(for: run.types, outputs: []) == 86_016)
    #expect(run.operation.costClass(for: run.types) == .recurrent)
  }

  @Test func refusesWhatDoesNotFit() {
    let x = Tensor(zeros: .float32, shape: [2, 1, 3])
    #expect(throws: ShapeError.self) {
      try OperatorRun(
        "GRU", [x, Tensor(zeros: .float32, shape: [1, 12, 4]), Tensor(zeros: .float32, shape: [1, 12, 4])]
      )
      .outputs()
    }
    #expect(throws: ShapeError.self) { try OperatorRun("RNN", [x], ["activations": .strings(["Sine"])]) }
    #expect(throws: ShapeError.self) { try OperatorRun("RNN", [x], ["direction": .string("sideways")]) }
  }

  private static let (steps, batch, input, hidden) = (5, 3, 6, 19)

  private func check(_ name: String, _ shape: Case, on isa: InstructionSet) throws {
    let (steps, batch, input, hidden) = (Self.steps, Self.batch, Self.input, Self.hidden)
    let gates = ["LSTM": 4, "GRU": 3, "RNN": 1][name]!
    let directions = shape.direction == "bidirectional" ? 2 : 1
    let isFirst = shape.layout == 1
    let x = Tensor.random(isFirst ? [batch, steps, input] : [steps, batch, input], seed: 1)
    let w = Tensor.random([directions, gates * hidden, input], seed: 2)
    let r = Tensor(
      shape: [directions, gates * hidden, hidden],
      Tensor.random([directions * gates * hidden * hidden], seed: 3).elements(as: Float.self).map { $0 / 4 })
    let b = Tensor.random([directions, 2 * gates * hidden], seed: 4)
    let lengths = shape.hasLengths ? [5, 0, 3] : [5, 5, 5]
    let stateShape = isFirst ? [batch, directions, hidden] : [directions, batch, hidden]
    let h0 = shape.hasState ? Tensor.random(stateShape, seed: 5) : nil
    let c0 = shape.hasState ? Tensor.random(stateShape, seed: 6) : nil
    let p = shape.hasPeepholes ? Tensor.random([directions, 3 * hidden], seed: 7) : nil
    var inputs: [Tensor?] = [
      x, w, r, b,
      shape.hasLengths ? Tensor(.int32, shape: [batch], elements: lengths.map(Int32.init)) : nil, h0,
    ]
    if name == "LSTM" { inputs += [c0, p] }
    var attributes: [String: Attribute] = [
      "direction": .string(shape.direction), "layout": .int(shape.layout), "hidden_size": .int(hidden),
    ]
    if let clip = shape.clip { attributes["clip"] = .float(clip) }
    let count = ["LSTM": 3, "GRU": 2, "RNN": 1][name]!
    let names =
      shape.activations.map { [String]($0.suffix(count)) } ?? [String](["Sigmoid", "Tanh", "Tanh"].suffix(count))
    let chosen = name == "GRU" && shape.activations == nil ? ["Sigmoid", "Tanh"] : names
    attributes["activations"] = .strings((0..<directions).flatMap { _ in chosen })
    if shape.flag { attributes[name == "LSTM" ? "input_forget" : "linear_before_reset"] = .int(1) }
    let outputs = try OperatorRun(name, inputs, attributes).outputs(on: isa)

    var (y, yh, yc) = (
      outputs[0].doubles.map { _ in 0.0 }, outputs[1].doubles.map { _ in 0.0 }, outputs[1].doubles.map { _ in 0.0 }
    )
    let cell = ReferenceCell(
      name: name, hidden: hidden, functions: chosen, clip: shape.clip.map(Double.init), flag: shape.flag)
    for d in 0..<directions {
      for s in 0..<batch {
        let state = (isFirst ? s * directions + d : d * batch + s) * hidden
        var h = (0..<hidden).map { h0?.doubles[state + $0] ?? 0 }
        var c = (0..<hidden).map { name == "LSTM" ? c0?.doubles[state + $0] ?? 0 : 0 }
        let isReversed = shape.direction == "reverse" || d == 1
        for step in isReversed ? (0..<lengths[s]).reversed() : Array(0..<lengths[s]) {
          let row = isFirst ? s * steps + step : step * batch + s
          let xs = Array(x.doubles[(row * input)..<((row + 1) * input)])
          func gate(_ matrix: Tensor, _ g: Int, _ unit: Int, _ vector: [Double]) -> Double {
            let start = ((d * gates + g) * hidden + unit) * vector.count
            return vector.indices.reduce(0) { $0 + matrix.doubles[start + $1] * vector[$1] }
          }
          cell.advance(
            &h, &c, input: { g, unit in gate(w, g, unit, xs) + b.doubles[(d * 2 * gates + g) * hidden + unit] },
            recurrent: { g, unit, vector in gate(r, g, unit, vector) },
            bias: { g, unit in b.doubles[(d * 2 * gates + gates + g) * hidden + unit] },
            peephole: { g, unit in p?.doubles[(d * 3 + g) * hidden + unit] ?? 0 })
          let place = (isFirst ? (s * steps + step) * directions + d : (step * directions + d) * batch + s) * hidden
          for unit in 0..<hidden { y[place + unit] = h[unit] }
        }
        for unit in 0..<hidden { (yh[state + unit], yc[state + unit]) = (h[unit], c[unit]) }
      }
    }
    #expect(outputs[0].excess(over: y, absolute: 5e-6, relative: 0) <= 1)
    #expect(outputs[1].excess(over: yh, absolute: 5e-6, relative: 0) <= 1)
    if name == "LSTM" { #expect(outputs[2].excess(over: yc, absolute: 1e-5, relative: 1e-5) <= 1) }
    #expect(
      try zip(OperatorRun(name, inputs, attributes).outputs(on: isa, threads: 3), outputs)
        .allSatisfy { $0.isIdentical(to: $1) })
  }
}

/// One step of each cell as ONNX writes it.
struct ReferenceCell {
  let name: String
  let hidden: Int
  let functions: [String]
  let clip: Double?
  let flag: Bool

  func advance(
    _ h: inout [Double], _ c: inout [Double], input: (Int, Int) -> Double, recurrent: (Int, Int, [Double]) -> Double,
    bias: (Int, Int) -> Double, peephole: (Int, Int) -> Double
  ) {
    let before = h
    func sum(_ g: Int, _ unit: Int) -> Double { input(g, unit) + recurrent(g, unit, before) + bias(g, unit) }
    switch name {
    case "LSTM":
      for unit in 0..<hidden {
        let i = f(0, sum(0, unit) + peephole(0, unit) * c[unit])
        let forget = flag ? 1 - i : f(0, sum(2, unit) + peephole(2, unit) * c[unit])
        c[unit] = forget * c[unit] + i * f(1, sum(3, unit))
        h[unit] = f(0, sum(1, unit) + peephole(1, unit) * c[unit]) * f(2, c[unit], isClipped: false)
      }
    case "GRU":
      let reset = (0..<hidden).map { f(0, sum(1, $0)) }
      let scaled = (0..<hidden).map { reset[$0] * before[$0] }
      for unit in 0..<hidden {
        let z = f(0, sum(0, unit))
        let product =
          flag
          ? reset[unit] * (recurrent(2, unit, before) + bias(2, unit)) : recurrent(2, unit, scaled) + bias(2, unit)
        h[unit] = (1 - z) * f(1, input(2, unit) + product) + z * before[unit]
      }
    default: for unit in 0..<hidden { h[unit] = f(0, sum(0, unit)) }
    }
  }

  private func f(_ index: Int, _ x: Double, isClipped: Bool = true) -> Double {
    let x = isClipped ? clip.map { max(-$0, min($0, x)) } ?? x : x
    switch functions[index] {
    case "Sigmoid": return 1 / (1 + exp(-x))
    case "HardSigmoid": return max(0, min(1, 0.2 * x + 0.5))
    case "Softsign": return x / (1 + abs(x))
    case "Relu": return max(0, x)
    default: return tanh(x)
    }
  }
}
