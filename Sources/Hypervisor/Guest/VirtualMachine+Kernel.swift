import Costs
public import Paging

extension VirtualMachine {
  /// Lets a virtual processor access an address, with the guest's kernel to take the guest's own faults.
  ///
  /// The processor runs the tables of `space`, whose pages are those that the kernel hands out.
  @discardableResult
  public mutating func access(
    processor: Int, _ address: GuestVirtual, _ access: Access, in space: inout GuestSpace,
    _ kernel: inout GuestKernel, on host: inout Host
  ) -> GuestAccessOutcome {
    precondition(
      kernel.pageBytes == space.pageBytes, "the kernel's pages are not those of the tables")
    var outcome = GuestAccessOutcome(touch: TouchOutcome())
    // Mapping for a read, copying for a write and each flag are faults of their own.
    for _ in 0..<8 {
      let touch = touch(processor: processor, address, access, on: &host)
      outcome.touch.add(touch)
      guard touch.end == .guestFault, let report = touch.guestReport else { return outcome }
      outcome.guestFaults += 1
      guard
        let exits = handle(report, processor, in: &space, &kernel, on: &host)
      else { return outcome }
      outcome.kernelExits += exits
    }
    outcome.touch.end = .unresolved
    return outcome
  }

  /// Runs the guest's handler, and says how many faults of the second stage that took; nothing where the
  /// guest has no page to give or no right to.
  private mutating func handle(
    _ report: FaultReport, _ processor: Int, in space: inout GuestSpace,
    _ kernel: inout GuestKernel, on host: inout Host
  ) -> Int? {
    guard let fault = GuestReport(report), let area = kernel.area(of: fault.address) else {
      return nil
    }
    var run = KernelRun(processor: processor)
    let page = GuestVirtual(fault.address.value & ~(kernel.pageBytes - 1))
    let isDone: Bool
    let kind: GuestFault
    if let mapped = space.root.page(at: page, in: host.memory) {
      if fault.isWrite, !mapped.attributes.permissions.contains(.write) {
        guard area.isWritable else { return nil }
        kind = .copy
        isDone = copy(mapped, page, in: &space, &kernel, &run, on: &host)
      } else {
        kind = .accessFlag
        isDone = setFlags(mapped, page, fault.isWrite, in: &space, &run, on: &host)
      }
    } else {
      guard !fault.isWrite || area.isWritable else { return nil }
      kind = area.source == .disk ? .major : .minor
      isDone = fill(area, page, fault.isWrite, in: &space, &kernel, &run, on: &host)
    }
    guard isDone else { return nil }
    tally.count(.guest(kind))
    tally.use(.guestFault, for: .guest(kind))
    if kind == .major { tally.use(.guestStorageRequest, for: .guest(kind)) }
    return run.exits
  }

  /// Gives the page of a fault memory of the kernel's, and maps it.
  private mutating func fill(
    _ area: GuestArea, _ page: GuestVirtual, _ isWrite: Bool, in space: inout GuestSpace,
    _ kernel: inout GuestKernel, _ run: inout KernelRun, on host: inout Host
  ) -> Bool {
    var attributes = area.isWritable ? GuestAttributes.userReadWrite : .userReadOnly
    let target: GuestPhysical
    if area.source == .anonymous, !isWrite {
      guard let zero = zeroPage(of: &kernel, &run, on: &host) else { return false }
      target = zero
      attributes = .userReadOnly
    } else {
      guard let own = kernel.take() else { return false }
      // The kernel zeroes a page through the second stage. A device writes it through the hypervisor's
      // process, and the second stage learns of it at the program's access.
      let isFilled =
        area.source == .disk
        ? fillByDevice(own, bytes: kernel.pageBytes, on: &host)
        : touchByKernel(own, .write, bytes: kernel.pageBytes, &run, on: &host)
      guard isFilled else { return false }
      target = own
    }
    attributes.isDirty = attributes.isDirty && isWrite
    return map(page, to: target, attributes, in: &space, &run, on: &host)
  }

  /// Writes a page as a device does, through the hypervisor's process.
  private mutating func fillByDevice(
    _ page: GuestPhysical, bytes: UInt64, on host: inout Host
  ) -> Bool {
    for offset in stride(from: UInt64(0), to: bytes, by: 4096) {
      guard touchByProcess(page + offset, .write, on: &host).end == .arrived else { return false }
    }
    return true
  }

  /// The kernel's page of zeros, which it zeroes when it first has need of it.
  private mutating func zeroPage(
    of kernel: inout GuestKernel, _ run: inout KernelRun, on host: inout Host
  ) -> GuestPhysical? {
    if let zero = kernel.zeroPage { return zero }
    guard let page = kernel.take(),
      touchByKernel(page, .write, bytes: kernel.pageBytes, &run, on: &host)
    else { return nil }
    kernel.zeroPage = page
    return page
  }

  /// Gives a space a page of its own for one that it can't write to.
  private mutating func copy(
    _ mapped: GuestPage, _ page: GuestVirtual, in space: inout GuestSpace,
    _ kernel: inout GuestKernel, _ run: inout KernelRun, on host: inout Host
  ) -> Bool {
    let bytes = kernel.pageBytes
    let old = GuestPhysical(mapped.address.value & ~(bytes - 1))
    var target = old
    if old == kernel.zeroPage || kernel.shares[old.value] != nil {
      guard let own = kernel.take() else { return false }
      // What is copied is read; zeros are not.
      if old != kernel.zeroPage {
        guard touchByKernel(old, .read, bytes: bytes, &run, on: &host) else { return false }
      }
      guard touchByKernel(own, .write, bytes: bytes, &run, on: &host) else { return false }
      kernel.release(old)
      target = own
    }
    var attributes = mapped.attributes
    attributes.permissions.insert(.write)
    attributes.isAccessed = true
    attributes.isDirty = true
    return remap(page, to: target, attributes, in: &space, &run, on: &host)
  }

  /// Sets the flags that the processor leaves to software.
  private mutating func setFlags(
    _ mapped: GuestPage, _ page: GuestVirtual, _ isWrite: Bool, in space: inout GuestSpace,
    _ run: inout KernelRun, on host: inout Host
  ) -> Bool {
    var attributes = mapped.attributes
    guard !attributes.isAccessed || isWrite && !attributes.isDirty else { return false }
    attributes.isAccessed = true
    if isWrite { attributes.isDirty = true }
    let target = GuestPhysical(mapped.address.value & ~(space.pageBytes - 1))
    return remap(page, to: target, attributes, in: &space, &run, on: &host)
  }
}

extension TouchOutcome {
  /// Takes in a later touch of the same access.
  mutating func add(_ later: TouchOutcome) {
    end = later.end
    hostPhysical = later.hostPhysical
    guestReport = later.guestReport
    tries += later.tries
    exits += later.exits
    cascades += later.cascades
  }
}
