"""Signal processing: functions of samples, without a device, a file or a clock."""
