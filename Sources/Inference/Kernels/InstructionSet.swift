import CKernels
import Foundation

/// A row of the kernel table.
///
/// The environment variable `OFFLOADSIM_ISA` forces one; otherwise the best that the processor has is taken.
public enum InstructionSet: String, Sendable, CaseIterable, CustomStringConvertible {
  case scalar
  case avx2
  case avx512
  /// AVX-512 with products of four bytes at a time.
  case avx512vnni

  public var description: String { rawValue }

  /// The instruction sets of this processor, from the portable one upwards.
  public static let available: [InstructionSet] = allCases.filter { $0.table != nil }

  /// The one to use: what `OFFLOADSIM_ISA` names, or the best available.
  ///
  /// Throws `InstructionSetError` where the variable names an unknown one or one that the processor does not have.
  public static func selected() throws -> InstructionSet {
    try selected(named: ProcessInfo.processInfo.environment["OFFLOADSIM_ISA"])
  }

  /// The instruction set of that name, or the best available for `nil` and the empty name.
  public static func selected(named name: String?) throws -> InstructionSet {
    guard let name, !name.isEmpty else { return available.last ?? .scalar }
    let choices = available.map(\.rawValue).joined(separator: ", ")
    guard let wanted = InstructionSet(rawValue: name) else {
      throw InstructionSetError("OFFLOADSIM_ISA: unknown instruction set '\(name)'; this processor has \(choices)")
    }
    guard available.contains(wanted) else {
      throw InstructionSetError("OFFLOADSIM_ISA: this processor does not have \(name); it has \(choices)")
    }
    return wanted
  }

  private var code: ck_instruction_set {
    switch self {
    case .scalar: CK_SCALAR
    case .avx2: CK_AVX2
    case .avx512: CK_AVX512
    case .avx512vnni: CK_AVX512_VNNI
    }
  }

  var table: UnsafePointer<ck_kernels>? { ck_kernels_for(code) }
  var integers: UnsafePointer<ck_integer_kernels>? { ck_integer_kernels_for(code) }
}

/// `OFFLOADSIM_ISA` names something that cannot be used.
public struct InstructionSetError: Error, Sendable, CustomStringConvertible {
  public let description: String
  init(_ description: String) { self.description = description }
}

/// The kernels of one instruction set.
public struct Kernels: @unchecked Sendable {  // the tables are constant
  public let instructionSet: InstructionSet
  let table: UnsafePointer<ck_kernels>
  /// The kernels for 8-bit integers.
  let integers: UnsafePointer<ck_integer_kernels>

  /// The kernels of `InstructionSet.selected()`; whoever starts the program has made sure that it does not throw.
  public static let current: Kernels = {
    do { return Kernels(for: try InstructionSet.selected()) } catch { preconditionFailure("\(error)") }
  }()

  /// The kernels of an available instruction set.
  public init(for instructionSet: InstructionSet) {
    guard let table = instructionSet.table, let integers = instructionSet.integers else {
      preconditionFailure("\(instructionSet) is not available")
    }
    self.instructionSet = instructionSet
    self.table = table
    self.integers = integers
  }

  var lanes: Int { table.pointee.lanes }
  var tileRows: Int { table.pointee.tile_rows }
  var tileColumns: Int { table.pointee.tile_columns }
}
