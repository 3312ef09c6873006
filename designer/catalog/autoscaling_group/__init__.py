"""EC2 Auto Scaling group: keeps instances running that answer requests or work off a queue.

Quotas:  https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-quotas.html
Pricing: https://aws.amazon.com/ec2/pricing/on-demand/
"""

from .room import CONNECTIONS, SERVICES, AutoScalingGroup, Ec2Call, Ec2WorkerPoll

__all__ = ["CONNECTIONS", "SERVICES", "AutoScalingGroup", "Ec2Call", "Ec2WorkerPoll"]
