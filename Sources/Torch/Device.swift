import CTorch
import Foundation

/// Where a tensor lives.
///
/// The CPU is always there and is the reference. CUDA lives in a library of its own, which is loaded when a CUDA device
/// is first asked for, so that one binary serves machines with and without a GPU.
public struct Device: Hashable, Sendable, CustomStringConvertible {
  /// The kind of device.
  public enum Kind: String, Sendable { case cpu, cuda, mps }

  /// The kind of device.
  public let kind: Kind
  /// Which of several devices of that kind.
  public let index: Int

  /// The processor.
  public static let cpu = Device(kind: .cpu, index: 0)

  /// The device named by `cpu`, `cuda`, `cuda:1` or `mps`, made ready for use.
  ///
  /// - Parameter name: The name, as on the command line.
  /// - Throws: `TensorError.device` if there is no such kind of device or it is not on this machine.
  public init(named name: String) throws(TensorError) {
    let parts = name.split(separator: ":", omittingEmptySubsequences: false)
    guard let kind = parts.first.flatMap({ Kind(rawValue: String($0)) }), parts.count <= 2,
      let index = parts.count == 2 ? Int(parts[1]) : 0, index >= 0
    else {
      throw .device("there is no device '\(name)': use cpu, cuda, cuda:N or mps")
    }
    self.init(kind: kind, index: index)
    if kind == .cuda { try Device.loadCUDA() }
    let count = try Device.count(of: kind)
    guard index < count else {
      throw .device("device '\(name)' is not on this machine (\(count) of kind \(kind.rawValue))")
    }
  }

  // Whether there is such a device is not looked at.
  package init(kind: Kind, index: Int) {
    self.kind = kind
    self.index = index
  }

  init(_ raw: ct_device_t) {
    switch raw.type {
    case CT_CUDA: self.init(kind: .cuda, index: Int(raw.index))
    case CT_MPS: self.init(kind: .mps, index: Int(raw.index))
    default: self.init(kind: .cpu, index: 0)
    }
  }

  var raw: ct_device_t {
    let type =
      switch kind {
      case .cpu: CT_CPU
      case .cuda: CT_CUDA
      case .mps: CT_MPS
      }
    return ct_device_t(type: type, index: Int32(index))
  }

  /// `cpu`, `cuda:0`, `mps`.
  public var description: String { kind == .cuda ? "cuda:\(index)" : kind.rawValue }

  /// How many devices of a kind this machine has.
  ///
  /// - Parameter kind: The kind.
  /// - Returns: Zero if there is none.
  /// - Throws: `TensorError` if the driver refuses to answer.
  public static func count(of kind: Kind) throws(TensorError) -> Int {
    var count: Int32 = 0
    let status = ct_device_count(Device(kind: kind, index: 0).raw.type, &count)
    if let error = failure(status, in: "counting \(kind.rawValue) devices") { throw error }
    return Int(count)
  }

  /// Waits until the device has done all that was asked of it.
  public func synchronize() {
    perform("synchronize \(self)") { ct_device_synchronize(raw) }
  }

  /// The version of libtorch that the program was built with, such as `2.11.0`.
  public static var libraryVersion: String { String(cString: ct_library_version()) }

  /// How many threads an operator on the CPU may use.
  public static var threadCount: Int {
    get { Int(ct_thread_count()) }
    set { ct_set_thread_count(Int32(newValue)) }
  }

  /// Keeps what tensors on the CPU free for those that come next, up to 2 GiB, instead of giving it back to the system at once.
  ///
  /// A training step asks for tensors as large as those of the step before; pages that were given back come zeroed and one fault
  /// at a time, a tenth of a step's time (Documentation/Performance.md). A choice for a whole program, so programs make it; it
  /// does nothing where the C library is not glibc.
  public static func keepFreedMemory() { ct_keep_freed_memory() }

  // The library registers its kernels when it is loaded; it stays for the life of the process.
  private static func loadCUDA() throws(TensorError) {
    #if os(Linux)
      let library = "libtorch_cuda.so"
    #else
      let library = "libtorch_cuda.dylib"
    #endif
    guard dlopen(library, RTLD_NOW | RTLD_GLOBAL) == nil else { return }
    let reason = dlerror().map { String(cString: $0) } ?? "no reason given"
    throw .device(
      "device 'cuda' needs \(library) beside libtorch_cpu (\(reason)): point REIN_LIBTORCH at a PyTorch built for CUDA"
    )
  }
}
