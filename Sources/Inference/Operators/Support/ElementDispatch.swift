/// Work written once for every number type; the type is chosen at run time by element type.
protocol NumberWork {
  func run<T: Number>(_ type: T.Type) throws
}

/// Work that only moves elements, written once for every width.
protocol WidthWork {
  func run<T: BitwiseCopyable & Sendable>(_ type: T.Type) throws
}

extension ElementType {
  /// Whether `dispatch` takes the type: not bool and the floats and integers that are stored but not computed in.
  var isNumber: Bool {
    switch self {
    case .float32, .float64, .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64: true
    default: false
    }
  }

  // A switch rather than an opened existential, so that each case is specialised.
  func dispatch(_ work: some NumberWork) throws {
    switch self {
    case .float32: try work.run(Float.self)
    case .float64: try work.run(Double.self)
    case .int8: try work.run(Int8.self)
    case .int16: try work.run(Int16.self)
    case .int32: try work.run(Int32.self)
    case .int64: try work.run(Int64.self)
    case .uint8: try work.run(UInt8.self)
    case .uint16: try work.run(UInt16.self)
    case .uint32: try work.run(UInt32.self)
    case .uint64: try work.run(UInt64.self)
    default: throw ShapeError("element type \(self) is not supported here")
    }
  }

  func dispatchByWidth(_ work: some WidthWork) throws {
    switch byteCount {
    case 1: try work.run(UInt8.self)
    case 2: try work.run(UInt16.self)
    case 4: try work.run(UInt32.self)
    default: try work.run(UInt64.self)
    }
  }

  /// Throws `ShapeError` unless `dispatch` takes the type.
  func checkNumber() throws {
    guard isNumber else { throw ShapeError("element type \(self) is not supported here") }
  }
}
