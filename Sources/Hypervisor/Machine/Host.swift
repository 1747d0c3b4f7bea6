public import HostMemory
public import Paging

/// A machine that runs virtual machines: its memory and the frames that it hands out.
///
/// All memory is one range of host-physical addresses, of which only what is written to costs anything:
/// tables, and the pages whose contents matter. What a page of data holds is known without looking.
public struct Host: ~Copyable {
  /// The host's memory, and behind it the storage that pages come from and go to.
  public internal(set) var memory: PhysicalMemory
  /// The host's frames.
  public internal(set) var frames: FrameAllocator
  /// The frame of zeros that pages are mapped to which were only read.
  public let zeroFrame: FrameNumber
  /// The first address of storage.
  let storage: UInt64
  private let storageEnd: UInt64
  private var storageUsed: UInt64
  private var freePages: [UInt64] = []

  /// A host whose nodes have so much memory, with storage for as much again.
  ///
  /// Bytes count in whole frames of 4 KiB.
  public init(nodeBytes: [UInt64], storageBytes: UInt64? = nil) throws(MachineError) {
    var frames = FrameAllocator(nodeBytes: nodeBytes)
    var memory = PhysicalMemory()
    let total = nodeBytes.reduce(0, +)
    guard let last = frames.nodes.last, let zero = frames.allocate(.small) else {
      throw .noMemory(bytes: total)
    }
    let end = last.firstFrame.address + last.bytes
    let storage = (end + 1 << 40 - 1) & ~(1 << 40 - 1)
    let storageEnd = storage + max(((storageBytes ?? total) + 4095) & ~4095, 4096)
    do {
      try memory.addRegion(at: HostPhysical(0), bytes: Int(end))
      try memory.addRegion(at: HostPhysical(storage), bytes: Int(storageEnd - storage))
    } catch {
      throw .memory(error)
    }
    self.frames = frames
    self.memory = memory
    self.storage = storage
    self.storageEnd = storageEnd
    storageUsed = storage
    zeroFrame = zero
  }

  /// A host of one node.
  public init(bytes: UInt64) throws(MachineError) { try self.init(nodeBytes: [bytes]) }

  /// Lets `body` use the bytes of the host's memory, from address 0 on.
  public mutating func withMemory<Result>(
    _ body: (UnsafeMutableRawBufferPointer) -> Result
  ) -> Result {
    unsafe memory.withBytes(ofRegion: 0, body)
  }

  /// The bytes that the host's memory takes of the system that the model runs on.
  var residentBytes: Int {
    mutating get {
      unsafe withMemory { bytes in
        unsafe HostMemory.residentBytes(of: UnsafeRawBufferPointer(bytes))
      }
    }
  }

  /// Room for so many pages side by side in storage.
  mutating func reserveStorage(pages: UInt64) throws(MachineError) -> UInt64 {
    if pages == 1, let page = freePages.popLast() { return page }
    let start = storageUsed
    guard pages * 4096 <= storageEnd - start else {
      throw .storageFull(bytes: storageEnd - storage)
    }
    storageUsed += pages * 4096
    return start >> 12
  }

  /// Takes a page of storage back.
  mutating func releaseStorage(_ page: UInt64) {
    fill(page << 12, with: 0)
    freePages.append(page)
  }

  /// Copies the words of a page of 4 KiB.
  mutating func copyPage(from source: UInt64, to target: UInt64) {
    for offset in stride(from: UInt64(0), to: 4096, by: 8) {
      memory.store(
        memory.word(at: HostPhysical(source + offset)) ?? 0, at: HostPhysical(target + offset))
    }
  }

  /// Fills a page of 4 KiB.
  private mutating func fill(_ address: UInt64, with word: UInt64) {
    for offset in stride(from: UInt64(0), to: 4096, by: 8) {
      memory.store(word, at: HostPhysical(address + offset))
    }
  }

  /// Gives up one use of a run of frames; what its last user stored is wiped out.
  @inline(__always)
  mutating func release(_ frame: FrameNumber) {
    if frames.references(of: frame) == 1, frames.holdsContent(frame) { wipe(frame) }
    frames.release(frame)
  }

  /// Zeroes the frames of a run that hold anything.
  @inline(never)
  private mutating func wipe(_ frame: FrameNumber) {
    for offset in 0..<frames.order(of: frame).frames where frames.holdsContent(frame + offset) {
      fill((frame + offset).address, with: 0)
      frames.setHoldsContent(frame + offset, false)
    }
  }
}
