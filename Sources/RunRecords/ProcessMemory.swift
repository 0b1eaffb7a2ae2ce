import Foundation

/// What this process has needed of the machine's memory.
public enum ProcessMemory {
  /// The most bytes that it has held at once so far, outside GPUs.
  public static var peak: Int {
    var usage = rusage()
    #if os(Linux)
      // In KiB here, in bytes on macOS.
      let (answer, unit) = (getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage), 1024)
    #else
      let (answer, unit) = (getrusage(RUSAGE_SELF, &usage), 1)
    #endif
    return answer == 0 ? Int(usage.ru_maxrss) * unit : 0
  }
}
